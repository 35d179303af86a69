import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  type ConvertEvent,
  type ConvertTask,
  errorFromBody,
  type ModelInspection,
  SlipwayError,
} from '@slipway/contract';
import type { CallOptions } from './call-options.ts';

/** What would be asked of a conversion; left out: each signature, or whatever is found without one. */
export interface InspectOptions extends CallOptions {
  readonly inputs?: readonly string[] | undefined;
  readonly outputs?: readonly string[] | undefined;
  readonly signature?: string | undefined;
}

/** Of what it said before it ended without a word. */
const KEPT_WORDS = 2_000;

/**
 * Looks at a model's file or folder in a process of its own, which the signal ends. Throws what is wrong with the file, and
 * `unsupported` where the package of conversions is not installed.
 */
export async function inspectFile(
  path: string,
  { signal, ...request }: InspectOptions,
): Promise<ModelInspection> {
  signal?.throwIfAborted();
  const child = spawn(process.execPath, [convertMain()], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
  });
  const stop = () => child.kill('SIGKILL');
  signal?.addEventListener('abort', stop);
  let end: ConvertEvent | undefined;
  let said = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    end = JSON.parse(line) as ConvertEvent;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-KEPT_WORDS);
  });
  // It ends when it is told nothing more; how it ended says more than a broken pipe.
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${JSON.stringify({ task: 'inspect', path, request } satisfies ConvertTask)}\n`);
  try {
    await once(child, 'close');
  } finally {
    signal?.removeEventListener('abort', stop);
  }
  signal?.throwIfAborted();
  if (end?.type === 'inspected') return end.inspection;
  if (end?.type === 'failed') throw errorFromBody(end.error);
  const how = child.signalCode ?? `status ${child.exitCode}`;
  throw new SlipwayError(
    'internal',
    `The process that looks at the model ended (${how}) without a word of how: ${said.trim() || 'it said nothing'}.`,
  );
}

function convertMain(): string {
  try {
    return fileURLToPath(import.meta.resolve('@slipway/convert/main'));
  } catch (cause) {
    throw new SlipwayError('unsupported', 'Conversion is not installed: npm install @slipway/convert.', {
      cause,
    });
  }
}
