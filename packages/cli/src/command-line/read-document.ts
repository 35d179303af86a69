import { readFile } from 'node:fs/promises';
import { SlipwayError } from '@slipway/contract';

/** The fields of a file in JSON or YAML (JSON is YAML too). `what` names its kind. Throws `not_found` and `invalid_argument`. */
export async function readDocument(what: string, path: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new SlipwayError('not_found', `The ${what} file cannot be read: ${cause.message}.`, { cause });
  });
  const value = await parse(what, path, text);
  if (isObject(value)) return value;
  throw new SlipwayError(
    'invalid_argument',
    `The ${what} file ${path} must hold fields such as "name: value".`,
  );
}

async function parse(what: string, path: string, text: string): Promise<unknown> {
  const { parse: parseYaml } = await import('yaml');
  try {
    return parseYaml(text);
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new SlipwayError(
      'invalid_argument',
      `The ${what} file ${path} is neither JSON nor YAML: ${reason.replace(/:$/, '')}.`,
      { cause },
    );
  }
}

/** True for a value with fields. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
