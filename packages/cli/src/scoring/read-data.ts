import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { SlipwayError } from '@slipway/contract';
import { parseScoringJson } from '@slipway/sdk';

/** The value that `--data` names: JSON itself, a file of it, or `-` for standard input. */
export async function readData(data: string): Promise<unknown> {
  return parseJson(await readText(data));
}

async function readText(data: string): Promise<string> {
  if (data === '-') return await readAll(process.stdin);
  if (/^\s*[[{]/.test(data)) return data;
  return await readFile(data, 'utf8').catch((cause: Error) => {
    throw new SlipwayError(
      'invalid_argument',
      `--data is neither JSON (it would begin with { or [) nor a file that can be read: ${cause.message}.`,
      { details: { field: 'data' }, cause },
    );
  });
}

function parseJson(text: string): unknown {
  try {
    return parseScoringJson(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SlipwayError('invalid_argument', `--data is not JSON: ${reason}.`, {
      details: { field: 'data' },
      cause,
    });
  }
}

/** The lines of a file of labels: the one with index 0 first. */
export async function readLabels(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new SlipwayError('invalid_argument', `--labels cannot be read: ${cause.message}.`, {
      details: { field: 'labels' },
      cause,
    });
  });
  return text.trimEnd().split(/\r?\n/);
}

/** The bytes of a file that `--image` names. */
export async function readImage(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readFile(path).catch((cause: Error) => {
    throw new SlipwayError('invalid_argument', `--image cannot be read: ${cause.message}.`, {
      details: { field: 'image' },
      cause,
    });
  });
  return new Uint8Array(bytes);
}
