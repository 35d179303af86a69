import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SlipwayError, systemCode } from '@slipway/contract';
import { type Checksum, requireChecksum } from './checksum.ts';
import { forget, knownOf, type Part, remember, sizeOf, validatorOf } from './part.ts';

/** A connection that brings nothing for so long, in milliseconds, is given up. */
const SILENCE_MS = 30_000;

/** A connection that breaks is made again so often in a row without a byte gained, with this many milliseconds between. */
const ATTEMPTS = 4;
const PAUSE_MS = 1_000;

/** All of a download: a file of 2 GB comes in it over 400 kbit/s. */
const TOTAL_MS = 12 * 3600_000;

const FULL = new Set(['ENOSPC', 'EDQUOT']);

/** What is to be brought, and where to. */
export interface Download {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Where the file stands once it is whole; until then, `.part` follows its name. */
  readonly path: string;
  /** What the file has, where that is known before. */
  readonly bytes?: number | undefined;
  /** More is not taken. */
  readonly maxBytes: number;
  /** `undefined`: nobody says what the file is, so that it is taken for what comes. */
  readonly checksum?: Checksum | undefined;
  /** What to do where nothing can be reached, as the end of a sentence. */
  readonly otherwise: string;
  /** What of the file is there now, and what there will be, in bytes. */
  readonly onProgress?: ((bytes: number, total: number | undefined) => void) | undefined;
  readonly signal: AbortSignal;
}

/**
 * Brings a file from where an earlier attempt ended, computes its checksum as it comes, and gives it its name once it is
 * whole and the one that is meant; answers its SHA-256, or the digest that was asked for. Throws `unavailable` if the
 * network fails (what has come is kept for the next attempt), `not_found` where the server has no such file, `corrupt`
 * where it is another one (it is removed), `storage_full`, `deadline_exceeded`.
 */
export async function downloadFile(download: Download): Promise<Checksum> {
  const deadline = AbortSignal.timeout(TOTAL_MS);
  const part: Part = {
    path: `${download.path}.part`,
    algorithm: download.checksum?.algorithm ?? 'sha256',
    signal: AbortSignal.any([download.signal, deadline]),
  };
  try {
    const digest = await bring(download, part);
    await require(download, part, digest);
    await rename(part.path, download.path);
    await forget(part);
    return { algorithm: part.algorithm, digest };
  } catch (thrown) {
    if (deadline.aborted) throw tooSlow(download);
    throw FULL.has(systemCode(thrown) ?? '') ? full(download, thrown) : thrown;
  }
}

async function require({ path, checksum }: Download, part: Part, digest: string): Promise<void> {
  try {
    if (checksum !== undefined) requireChecksum(basename(path), checksum, digest);
  } catch (thrown) {
    await rm(part.path, { force: true });
    await forget(part);
    throw thrown;
  }
}

/** What went on so far. */
interface Course {
  /** The server has answered once. */
  heard: boolean;
  /** What was there had no rest, so that it was begun anew. */
  renewed: boolean;
}

/** All of the file, by as many connections as it takes; answers its digest. */
async function bring(download: Download, part: Part): Promise<string> {
  const course: Course = { heard: false, renewed: false };
  for (let attempt = 1; ; attempt += 1) {
    const before = await sizeOf(part.path);
    try {
      return await bringRest(download, part, course);
    } catch (thrown) {
      part.signal.throwIfAborted();
      if (thrown instanceof SlipwayError || FULL.has(systemCode(thrown) ?? '')) throw thrown;
      if (!course.heard) throw unreachable(download, thrown);
      if ((await sizeOf(part.path)) > before) attempt = 1;
      if (attempt >= ATTEMPTS) throw broken(download, thrown);
      await delay(PAUSE_MS, undefined, { signal: part.signal });
    }
  }
}

async function bringRest(download: Download, part: Part, course: Course): Promise<string> {
  const { bytes, url } = download;
  const known = await knownOf(part, download);
  if (known.size === bytes) return (await hashOf(part)).digest('hex');
  const silence = new AbortController();
  const watch = setTimeout(() => silence.abort(new Error('nothing came any more')), SILENCE_MS);
  try {
    const range = known.size > 0 ? { range: `bytes=${known.size}-`, ...known.condition } : {};
    const answer = await fetch(url, {
      headers: { ...download.headers, 'accept-encoding': 'identity', ...range },
      signal: AbortSignal.any([part.signal, silence.signal]),
    });
    course.heard = true;
    const start = startOf(download, answer, known.size);
    if (start === undefined) return await beginAnew(download, part, course);
    requireLength(download, start, answer);
    await remember(part, url, validatorOf(answer.headers));
    // Who knows no ranges, or has another file by now, sends it whole.
    const hash = start > 0 ? await hashOf(part) : createHash(part.algorithm);
    const file = await open(part.path, start > 0 ? 'a' : 'w', 0o600);
    try {
      await write(download, file, start, answer, hash, () => watch.refresh());
      await file.sync();
    } finally {
      await file.close();
    }
    return hash.digest('hex');
  } finally {
    clearTimeout(watch);
  }
}

async function beginAnew({ url }: Download, part: Part, course: Course): Promise<never> {
  await rm(part.path, { force: true });
  if (course.renewed) throw new SlipwayError('unavailable', `${url} sends less than it says that it has.`);
  course.renewed = true;
  throw new Error('the server has less than what is there of the file');
}

function requireLength({ url, bytes, path }: Download, start: number, { headers }: Response): void {
  const length = headers.get('content-length');
  if (bytes === undefined || length === null || start + Number(length) === bytes) return;
  throw new SlipwayError(
    'corrupt',
    `${url} has ${start + Number(length)} bytes, and ${basename(path)} has ${bytes}: it is another file.`,
  );
}

/** At which byte the answer goes on; `undefined`: nowhere, for what is there has no rest. */
function startOf({ url }: Download, answer: Response, have: number): number | undefined {
  if (answer.status === 416 && have > 0) return undefined;
  if (answer.status === 404 || answer.status === 410)
    throw new SlipwayError('not_found', `${url} answered ${answer.status}: the file is not there any more.`);
  if (answer.status >= 500 || answer.status === 429) throw new Error(`it answered ${answer.status}`);
  if (!answer.ok || answer.body === null)
    throw new SlipwayError('unavailable', `${url} answered ${answer.status}.`);
  if (answer.status !== 206) return 0;
  const [, from] = /^bytes (\d+)-/.exec(answer.headers.get('content-range') ?? '') ?? [];
  if (from === undefined || Number(from) === have) return have;
  throw new SlipwayError('unavailable', `${url} answered with bytes from ${from} instead of ${have}.`);
}

async function write(
  { url, path, bytes, maxBytes, onProgress }: Download,
  file: FileHandle,
  start: number,
  answer: Response,
  hash: Hash,
  onChunk: () => void,
): Promise<void> {
  const length = answer.headers.get('content-length');
  const total = bytes ?? (length === null ? undefined : start + Number(length));
  const most = bytes ?? maxBytes;
  let at = start;
  onProgress?.(at, total);
  for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
    onChunk();
    at += chunk.length;
    if (at > most)
      throw new SlipwayError('corrupt', `${url} has more than the ${most} bytes of ${basename(path)}.`);
    hash.update(chunk);
    await file.writeFile(chunk);
    onProgress?.(at, total);
  }
  if (total !== undefined && at < total)
    throw new Error(`the connection ended after ${at} of ${total} bytes`);
}

async function hashOf({ path, algorithm, signal }: Part): Promise<Hash> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path, { highWaterMark: 1_048_576, signal })) hash.update(chunk);
  return hash;
}

function unreachable({ url, otherwise }: Download, cause: unknown): SlipwayError {
  const message = `${url} cannot be reached (${reasonOf(cause)}): ${otherwise}.`;
  return new SlipwayError('unavailable', message, { cause });
}

function broken({ path }: Download, cause: unknown): SlipwayError {
  const message = `${basename(path)} did not come whole (${reasonOf(cause)}): try again, it goes on from there.`;
  return new SlipwayError('unavailable', message, { cause });
}

function tooSlow({ path }: Download): SlipwayError {
  const message = `${basename(path)} did not come whole within ${TOTAL_MS / 3600_000} hours: try again, it goes on from there.`;
  return new SlipwayError('deadline_exceeded', message);
}

function full({ path }: Download, cause: unknown): SlipwayError {
  const message = `No space is left for ${path}: make room and try again, it goes on from there.`;
  return new SlipwayError('storage_full', message, { details: { path }, cause });
}

/** What went wrong with a connection, where `fetch` itself says only that it failed. */
export function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const { cause } = thrown;
  if (!(cause instanceof Error)) return thrown.message;
  return cause.message || String(systemCode(cause) ?? thrown.message);
}
