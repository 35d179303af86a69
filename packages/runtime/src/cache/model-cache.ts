import { createHash, randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { cacheEvictions } from './cache-evictions.ts';

/** Models as an engine optimized them, in a folder an entry. Losing it costs time, never an answer. */
export interface ModelCache {
  /** The entry's folder; `undefined` if there is none or it is broken, in which case it is removed. */
  find(key: string): string | undefined;
  /**
   * Lets `build` fill an empty folder, makes that the entry and answers its folder. If another process was
   * faster, its entry stands. Whatever `build` or the disk throws comes out, and nothing is left behind.
   */
  add(key: string, build: (folder: string) => void): string;
  remove(key: string): void;
}

/** The file of an entry that is verified whole; others, which can be large, by their size. */
export const MODEL_FILE = 'model.onnx';

/** Bytes that all entries may take together (10 GB); beyond it the longest unused go. */
const MAX_CACHE_BYTES = 10_000_000_000;

const MANIFEST_FILE = 'entry.json';
const TEMPORARY_PREFIX = 'building-';

interface Manifest {
  readonly modelSha256: string;
  readonly sizes: Readonly<Record<string, number>>;
}

/** A cache in `folder`, which is made when the first entry is added. Processes may share it. */
export function createModelCache(folder: string, maxBytes: number = MAX_CACHE_BYTES): ModelCache {
  const entryFolder = (key: string) => join(folder, key);
  const remove = (key: string) => rmSync(entryFolder(key), { recursive: true, force: true });
  return {
    find(key) {
      const entry = entryFolder(key);
      if (statSync(entry, { throwIfNoEntry: false }) === undefined) return undefined;
      if (isSound(entry)) {
        markUsed(entry);
        return entry;
      }
      remove(key);
      return undefined;
    },
    add(key, build) {
      const temporary = join(folder, `${TEMPORARY_PREFIX}${process.pid}-${randomUUID()}`);
      mkdirSync(temporary, { recursive: true, mode: 0o700 });
      try {
        build(temporary);
        writeManifest(temporary);
        moveIntoPlace(temporary, entryFolder(key));
      } catch (thrown) {
        rmSync(temporary, { recursive: true, force: true });
        throw thrown;
      }
      evict(folder, key, maxBytes);
      return entryFolder(key);
    },
    remove,
  };
}

function isSound(entry: string): boolean {
  try {
    const manifest = JSON.parse(readFileSync(join(entry, MANIFEST_FILE), 'utf8')) as Manifest;
    return (
      Object.entries(manifest.sizes).every(([name, size]) => statSync(join(entry, name)).size === size) &&
      sha256(join(entry, MODEL_FILE)) === manifest.modelSha256
    );
  } catch {
    // Whatever cannot be read is as good as broken.
    return false;
  }
}

function markUsed(entry: string): void {
  const now = new Date();
  try {
    utimesSync(join(entry, MANIFEST_FILE), now, now);
  } catch {
    // A cache that can only be read serves all the same; whoever can write to it evicts a little less well.
  }
}

function writeManifest(folder: string): void {
  const names = readdirSync(folder);
  const sizes = Object.fromEntries(names.map((name) => [name, statSync(join(folder, name)).size]));
  const manifest: Manifest = { modelSha256: sha256(join(folder, MODEL_FILE)), sizes };
  writeFileSync(join(folder, MANIFEST_FILE), JSON.stringify(manifest));
  for (const name of [...names, MANIFEST_FILE]) synchronize(join(folder, name));
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** After a loss of power an entry must be whole or not there, since weights are not hashed when it is found. */
function synchronize(path: string): void {
  const descriptor = openSync(path, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function moveIntoPlace(temporary: string, entry: string): void {
  try {
    renameSync(temporary, entry);
  } catch (thrown) {
    if (!isSound(entry)) throw thrown;
    rmSync(temporary, { recursive: true, force: true });
  }
}

function evict(folder: string, keep: string, maxBytes: number): void {
  const entries = readdirSync(folder).map((name) => describeEntry(folder, name));
  for (const name of cacheEvictions(entries, { keep, maxBytes, now: Date.now() })) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function describeEntry(folder: string, name: string) {
  const path = join(folder, name);
  const sizes = readdirSync(path).map(
    (file) => statSync(join(path, file), { throwIfNoEntry: false })?.size ?? 0,
  );
  const used = statSync(join(path, MANIFEST_FILE), { throwIfNoEntry: false }) ?? statSync(path);
  return {
    name,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    usedAt: used.mtimeMs,
    temporary: name.startsWith(TEMPORARY_PREFIX),
  };
}
