import { type GatewayRoutes, SlipwayError } from '@slipway/contract';
import { readJsonFile } from '@slipway/transport';
import Type from 'typebox';
import { checkAgainst } from '../check-against.ts';

const GatewayRoutesSchema = Type.Object({
  kind: Type.Literal('GatewayRoutes'),
  generation: Type.Integer({ minimum: 0 }),
  services: Type.Array(
    Type.Object({
      name: Type.String({ minLength: 1 }),
      models: Type.Array(Type.String({ minLength: 1 })),
      scoringTimeoutMs: Type.Number({ exclusiveMinimum: 0 }),
      maxBodyBytes: Type.Integer({ minimum: 0 }),
      corsOrigins: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
      scaling: Type.Optional(
        Type.Object({
          concurrency: Type.Integer({ minimum: 1 }),
          maxHeld: Type.Integer({ minimum: 0 }),
          holdTimeoutMs: Type.Integer({ minimum: 1 }),
        }),
      ),
      replicas: Type.Array(
        Type.Object({
          replicaId: Type.String({ minLength: 1 }),
          host: Type.String({ minLength: 1 }),
          port: Type.Integer({ minimum: 1, maximum: 65_535 }),
        }),
      ),
    }),
  ),
});

/** The routing table of a gateway that was told of no service yet. */
export const NO_ROUTES: GatewayRoutes = Object.freeze({
  kind: 'GatewayRoutes',
  generation: 0,
  services: Object.freeze([]),
});

/** Reads the routing table; none is written yet at the very first start. Throws `invalid_argument` if it is damaged. */
export async function readRoutes(file: string): Promise<GatewayRoutes> {
  try {
    return checkAgainst(GatewayRoutesSchema, await readJsonFile(file), file);
  } catch (error) {
    if (error instanceof SlipwayError && error.code === 'not_found') return NO_ROUTES;
    throw error;
  }
}
