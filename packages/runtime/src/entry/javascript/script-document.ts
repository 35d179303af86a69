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

/** Answers which document is asked for; 404 says which there are. */
export type Documents = (asked: string) => EntryAnswer;

/** The documents of a script, made once. Throws `script_failed` where a file of its own cannot be used. */
export function scriptDocuments({ service, sourceDir }: EntryInit, told: Told): Documents {
  const answers = new Map<string, EntryAnswer>();
  for (const version of SWAGGER_VERSIONS) {
    const document =
      ownDocument(sourceDir, FILES[version]) ?? serviceDocument(described(service, told), version);
    answers.set(version, jsonAnswer(document));
  }
  return (asked) => answers.get(asked.replace(/\.0$/, '')) ?? notThere(asked);
}

function jsonAnswer(document: object): EntryAnswer {
  const headers = [['content-type', 'application/json']] as const;
  const body = Buffer.from(JSON.stringify(document));
  return { status: 200, headers, execMs: null, functionFailed: false, body };
}

function notThere(asked: string): EntryAnswer {
  const supported = SWAGGER_VERSIONS.join(', ');
  const reply = refusal(404, `Swagger version [${asked}] is not valid. Supported versions: [${supported}].`);
  return { ...reply, body: Buffer.from(reply.body) };
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
