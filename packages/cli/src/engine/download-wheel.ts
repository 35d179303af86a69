import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SlipwayError, unlessMissing } from '@slipway/contract';
import { findInIndex, type Index, reasonOf } from './find-in-index.ts';
import type { Wheel } from './release.ts';

/** A connection that brings nothing for so long, in milliseconds, is given up. */
const SILENCE_MS = 30_000;

/** A connection that breaks is made again so often in a row without a byte gained, with this many milliseconds between. */
const ATTEMPTS = 4;
const PAUSE_MS = 1_000;

/** What of a file is there now. */
export type DownloadProgress = (bytes: number) => void;

/**
 * Brings a wheel into a folder, from where an earlier attempt ended, and answers its path once it is whole and verified.
 * Throws `unavailable` if the network fails; what has come is kept for the next attempt.
 */
export async function downloadWheel(
  wheel: Wheel,
  folder: string,
  index: Index,
  progress: DownloadProgress,
  signal: AbortSignal,
): Promise<string> {
  const whole = join(folder, wheel.file);
  const part = `${whole}.part`;
  if ((await sizeOf(whole)) === wheel.bytes) return whole;
  if ((await sizeOf(part)) > wheel.bytes) await rm(part);
  if ((await sizeOf(part)) < wheel.bytes) {
    const url = await findInIndex(wheel, index, signal);
    // Files may lie with another host, which is not to hear the password of the index.
    const headers = url.origin === new URL(index.url).origin ? index.headers : {};
    await bring(wheel, part, { url: url.href, headers }, progress, signal);
  }
  await verifyWheel(wheel, part, signal).catch(async (thrown: unknown) => {
    if (!signal.aborted) await rm(part, { force: true });
    throw thrown;
  });
  await rename(part, whole);
  return whole;
}

/** Throws `corrupt` if the file is not the one that is pinned. */
export async function verifyWheel(wheel: Wheel, path: string, signal: AbortSignal): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1_048_576, signal })) hash.update(chunk);
  const found = hash.digest('hex');
  if (found === wheel.sha256) return;
  throw new SlipwayError(
    'corrupt',
    `${wheel.file} is not the file that this version of Slipway was made for: its SHA-256 is ${found}, not ${wheel.sha256}. Nothing was installed.`,
    { details: { file: wheel.file, expected: wheel.sha256, found } },
  );
}

async function bring(
  wheel: Wheel,
  part: string,
  source: Index,
  progress: DownloadProgress,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const before = await sizeOf(part);
    try {
      await bringRest(wheel, part, before, source, progress, signal);
      return;
    } catch (thrown) {
      signal.throwIfAborted();
      if (thrown instanceof SlipwayError) throw thrown;
      if ((await sizeOf(part)) > before) attempt = 1;
      if (attempt >= ATTEMPTS) throw broken(wheel, thrown);
      await delay(PAUSE_MS, undefined, { signal });
    }
  }
}

async function bringRest(
  wheel: Wheel,
  part: string,
  have: number,
  { url, headers }: Index,
  progress: DownloadProgress,
  signal: AbortSignal,
): Promise<void> {
  const silence = new AbortController();
  const either = AbortSignal.any([signal, silence.signal]);
  const watch = setTimeout(() => silence.abort(new Error('nothing came any more')), SILENCE_MS);
  const range = { 'accept-encoding': 'identity', ...(have > 0 && { range: `bytes=${have}-` }) };
  try {
    const answer = await fetch(url, { headers: { ...headers, ...range }, signal: either });
    if (!answer.ok || answer.body === null) {
      throw new SlipwayError('unavailable', `${url} answered ${answer.status}.`);
    }
    // Who knows no ranges sends it whole again.
    const file = await open(part, answer.status === 206 ? 'a' : 'w', 0o600);
    try {
      await write(file, answer.status === 206 ? have : 0, answer.body);
      await file.sync();
    } finally {
      await file.close();
    }
  } finally {
    clearTimeout(watch);
  }

  async function write(file: FileHandle, start: number, body: AsyncIterable<Uint8Array>): Promise<void> {
    let bytes = start;
    for await (const chunk of body) {
      watch.refresh();
      bytes += chunk.length;
      if (bytes > wheel.bytes) {
        throw new SlipwayError('corrupt', `${url} has more than the ${wheel.bytes} bytes of ${wheel.file}.`);
      }
      await file.write(chunk);
      progress(bytes);
    }
    if (bytes < wheel.bytes) throw new Error(`the connection ended after ${bytes} of ${wheel.bytes} bytes`);
  }
}

function broken(wheel: Wheel, cause: unknown): SlipwayError {
  return new SlipwayError(
    'unavailable',
    `${wheel.file} did not come whole (${reasonOf(cause)}): try again, it goes on from there.`,
    { cause },
  );
}

async function sizeOf(path: string): Promise<number> {
  return (await unlessMissing(stat(path)))?.size ?? 0;
}
