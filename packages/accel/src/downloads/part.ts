import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { unlessMissing } from '@slipway/contract';
import type { Checksum } from './checksum.ts';

/** What is there of a download. */
export interface Part {
  readonly path: string;
  readonly algorithm: Checksum['algorithm'];
  readonly signal: AbortSignal;
}

/** Beside the part: where it came from, and by what its server knows the file. */
interface Origin {
  readonly url: string;
  readonly validator: string | null;
}

/** How far a part got, and on what condition its rest fits. */
export interface KnownPart {
  readonly size: number;
  readonly condition: Readonly<Record<string, string>>;
}

/**
 * What of a part can be gone on from. A part of a file that nobody has a checksum of needs the word of its server that
 * the file is the same (https://www.rfc-editor.org/rfc/rfc9110#field.if-range); without it, the download begins anew.
 */
export async function knownOf(
  part: Part,
  {
    url,
    bytes,
    checksum,
  }: { readonly url: string; readonly bytes?: number | undefined; readonly checksum?: unknown },
): Promise<KnownPart> {
  const size = await sizeOf(part.path);
  const origin = await originOf(part);
  const validator = origin?.url === url ? origin.validator : null;
  const usable = size > 0 && size <= (bytes ?? size) && (checksum !== undefined || validator !== null);
  if (size > 0 && !usable) await rm(part.path);
  return { size: usable ? size : 0, condition: validator === null ? {} : { 'if-range': validator } };
}

/** What a server knows a file by: a strong tag, or the time of its last change. */
export function validatorOf(headers: Headers): string | null {
  const tag = headers.get('etag');
  return tag?.startsWith('"') ? tag : headers.get('last-modified');
}

/** Keeps what the rest of a part is asked with. */
export async function remember({ path }: Part, url: string, validator: string | null): Promise<void> {
  const origin: Origin = { url, validator };
  await writeFile(`${path}.json`, JSON.stringify(origin), { mode: 0o600 });
}

/** Removes it. */
export async function forget({ path }: Part): Promise<void> {
  await rm(`${path}.json`, { force: true });
}

async function originOf({ path }: Part): Promise<Origin | undefined> {
  const text = await unlessMissing(readFile(`${path}.json`, 'utf8'));
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Origin);
  } catch {
    // Cut short by a kill: as good as none.
    return undefined;
  }
}

/** Bytes of a file; 0 where there is none. */
export async function sizeOf(path: string): Promise<number> {
  return (await unlessMissing(stat(path)))?.size ?? 0;
}
