import { readFile } from 'node:fs/promises';
import { unlessMissing } from '@slipway/contract';

/**
 * The object in a JSON file that says it is of this `kind`; `undefined` if the file is not there or is no such
 * object. Our processes write these files whole, so one that cannot be read is as good as none.
 */
export async function readJsonOfKind<T extends { readonly kind: string }>(
  path: string,
  kind: T['kind'],
): Promise<T | undefined> {
  const text = await unlessMissing(readFile(path, 'utf8'));
  return text === undefined ? undefined : parseKind<T>(text, kind);
}

function parseKind<T extends { readonly kind: string }>(text: string, kind: T['kind']): T | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind
      ? (value as T)
      : undefined;
  } catch {
    return undefined;
  }
}
