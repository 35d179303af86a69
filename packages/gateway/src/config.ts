import { type GatewayConfig, SlipwayError } from '@slipway/contract';
import { readJsonFile } from '@slipway/transport';
import Type from 'typebox';
import { checkAgainst } from './check-against.ts';

const GatewayConfigSchema = Type.Object(
  {
    kind: Type.Literal('GatewayConfig'),
    listen: Type.Object({
      host: Type.String({ minLength: 1 }),
      port: Type.Integer({ minimum: 0, maximum: 65_535 }),
    }),
    tls: Type.Union([
      Type.Object({ certFile: Type.String({ minLength: 1 }), keyFile: Type.String({ minLength: 1 }) }),
      Type.Null(),
    ]),
    adminToken: Type.String({ minLength: 16 }),
    routesFile: Type.String({ minLength: 1 }),
    stateFile: Type.String({ minLength: 1 }),
    maxBodyBytes: Type.Integer({ minimum: 1 }),
    drainGraceSeconds: Type.Number({ minimum: 0 }),
  },
  { additionalProperties: false },
);

/** The file named by `--config`. Throws `invalid_argument` if the command line is anything else. */
export function configFileOf(args: readonly string[]): string {
  const [flag, file] = args;
  if (flag === '--config' && file !== undefined && args.length === 2) return file;
  throw new SlipwayError('invalid_argument', 'The gateway takes exactly one option: --config FILE.');
}

/** Reads and checks the set-up. Throws `not_found` or `invalid_argument`, the latter with every field at fault. */
export async function readConfig(file: string): Promise<GatewayConfig> {
  return Object.freeze(checkAgainst(GatewayConfigSchema, await readJsonFile(file), file));
}
