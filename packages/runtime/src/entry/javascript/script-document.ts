import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EntryInit, SlipwayError, systemCode } from '@slipway/contract';
import { SWAGGER_VERSIONS, type SwaggerVersion, serviceDocument } from '../../protocols/azure/swagger.ts';
import type { EntryAnswer } from '../entry-worker.ts';
import type { ThreadReady } from './messages.ts';
import { refusal } from './write-answer.ts';

/** Files of the sources that win over what is made here. */
const FILES: Readonly<Record<SwaggerVersion, readonly string[]>> = {
  '2': ['swagger.json', 'swagger2.json'],
  '3': ['swagger3.json'],
  '3.1': ['swagger3.1.json'],
};

/** What a script says that declares no schema. */
const ANYTHING = { type: 'object', example: {} };

type Told = Pick<ThreadReady, 'inputSchema' | 'outputSchema'>;

/** The document of a script in a version, or 404 that says which there are. Throws `script_failed` where a file of its own is not JSON. */
export function scriptDocument({ service, sourceDir }: EntryInit, told: Told, asked: string): EntryAnswer {
  const version = SWAGGER_VERSIONS.find((one) => one === asked.replace(/\.0$/, ''));
  if (version === undefined) {
    const supported = SWAGGER_VERSIONS.join(', ');
    return sent(refusal(404, `Swagger version [${asked}] is not valid. Supported versions: [${supported}].`));
  }
  const document =
    ownDocument(sourceDir, FILES[version]) ?? serviceDocument(described(service, told), version);
  const headers = [['content-type', 'application/json']] as const;
  const body = Buffer.from(JSON.stringify(document));
  return { status: 200, headers, execMs: null, functionFailed: false, body };
}

function described(service: string, { inputSchema, outputSchema }: Told) {
  return {
    service,
    description: `The service ${service}, which runs an entry script.`,
    definitions: {
      ServiceInput: inputSchema ?? ANYTHING,
      ServiceOutput: outputSchema ?? ANYTHING,
      ErrorResponse: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
    },
  };
}

function ownDocument(sourceDir: string, names: readonly string[]): object | undefined {
  for (const name of names) {
    const path = join(sourceDir, name);
    try {
      return JSON.parse(readFileSync(path, 'utf8'));
    } catch (cause) {
      if (systemCode(cause) === 'ENOENT') continue;
      throw new SlipwayError(
        'script_failed',
        `The swagger file ${path} cannot be used: ${(cause as Error).message}`,
        { cause },
      );
    }
  }
  return undefined;
}

function sent(reply: ReturnType<typeof refusal>): EntryAnswer {
  return { ...reply, body: Buffer.from(reply.body) };
}
