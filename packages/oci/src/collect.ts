import { opendir, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from '@slipway/contract';
import type { Blobs, Collected, CollectOptions } from './content-store.ts';
import { hexOf } from './digest.ts';
import type { Layout } from './layout.ts';
import { readManifest } from './manifests.ts';
import type { Mutex } from './mutex.ts';

export interface CollectDeps {
  readonly layout: Layout;
  readonly blobs: Blobs;
  readonly lock: Mutex;
  readonly uploadExpiryMs: number;
}

/** Marks what kept manifests name, sweeps the old rest. `Maintenance.collect` is its promise. */
export async function collect(deps: CollectDeps, { keep, graceMs }: CollectOptions): Promise<Collected> {
  const cutoff = Date.now() - graceMs;
  const marked = await mark(deps.blobs, keep);
  const swept = await sweepBlobs(deps, marked, cutoff);
  const uploads = await removeOlder(deps.layout.uploads, Date.now() - deps.uploadExpiryMs);
  await removeOlder(deps.layout.temporary, cutoff);
  return { ...swept, uploads };
}

async function mark(blobs: Blobs, keep: Iterable<string>): Promise<ReadonlySet<string>> {
  const marked = new Set<string>();
  for (const digest of keep) {
    const { files, config } = await readManifest(blobs, digest);
    for (const named of [digest, config, ...files.map((file) => file.digest)]) marked.add(hexOf(named));
  }
  return marked;
}

async function sweepBlobs(
  { layout, lock }: CollectDeps,
  marked: ReadonlySet<string>,
  cutoff: number,
): Promise<Omit<Collected, 'uploads'>> {
  let [blobs, bytes] = [0, 0];
  for await (const { name } of await opendir(layout.blobs)) {
    if (marked.has(name)) continue;
    const freed = await lock(() => removeIfOlder(join(layout.blobs, name), cutoff));
    if (freed === undefined) continue;
    blobs += 1;
    bytes += freed;
  }
  return { blobs, bytes };
}

/** The bytes of the file if it was removed. */
async function removeIfOlder(path: string, cutoff: number): Promise<number | undefined> {
  const stats = await unlessMissing(stat(path));
  if (stats === undefined || stats.mtimeMs >= cutoff) return undefined;
  await unlink(path);
  return stats.size;
}

async function removeOlder(folder: string, cutoff: number): Promise<number> {
  let removed = 0;
  for await (const { name } of await opendir(folder)) {
    const stats = await unlessMissing(stat(join(folder, name)));
    if (stats === undefined || stats.mtimeMs >= cutoff) continue;
    await rm(join(folder, name), { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}
