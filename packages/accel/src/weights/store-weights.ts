import { constants } from 'node:fs';
import { copyFile, mkdir, open, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SlipwayError, systemCode } from '@slipway/contract';
import type { CatalogueEntry, NetworkWeights } from '@slipway/graph/catalogue';
import { type Checksum, digestOf } from '../downloads/index.ts';
import { writeFolder } from '../write-folder.ts';
import type { Taken } from './bring-weights.ts';
import { importFile } from './import-file.ts';
import type { PullOptions, PullProgress } from './pull-weights.ts';
import { type PulledWeights, readWeights, WEIGHTS_FILE, type WeightsRecord } from './pulled-weights.ts';

const FULL = new Set(['ENOSPC', 'EDQUOT']);

type StoreOptions = Pick<PullOptions, 'onProgress' | 'signal'>;

/**
 * Gives files of weights their place in a network's folder, once they are held to the network: with all that is missing
 * or of another shape in one error. Throws `invalid_argument`, `invalid_model`, `already_exists`, `storage_full`.
 */
export async function storeWeights(
  entry: CatalogueEntry,
  taken: Taken,
  networkFolder: string,
  { onProgress = () => {}, signal }: StoreOptions,
): Promise<PulledWeights> {
  const folder = join(networkFolder, taken.version);
  const there = await readWeights(folder);
  if (there !== undefined) throw isThere(there);
  try {
    await writeFolder(folder, async (temporary) => {
      const files = await moveInto(temporary, taken, onProgress, signal);
      onProgress({ doing: 'checking', bytes: 0, total: undefined });
      const { layout, origin, part } = await held(entry, join(temporary, taken.open), taken, signal);
      const record: WeightsRecord = {
        ...{ kind: 'Weights', network: entry.name, version: taken.version, quantized: taken.quantized },
        ...{ layout, part, origin, licence: taken.licence, source: taken.source },
        checksum: taken.checksum ?? (await checksumOf(join(temporary, taken.files[0] as string), signal)),
        ...{ files, open: taken.open, pulledAt: new Date().toISOString() },
      };
      signal?.throwIfAborted();
      await writeFile(join(temporary, WEIGHTS_FILE), `${JSON.stringify(record, null, 2)}\n`, { flush: true });
    });
  } catch (thrown) {
    throw FULL.has(systemCode(thrown) ?? '') ? full(folder, thrown) : thrown;
  }
  return (await readWeights(folder)) as PulledWeights;
}

/** Moves or copies the files, synced; their sizes by names. */
async function moveInto(
  folder: string,
  { files, folder: from, ours }: Taken,
  onProgress: (progress: PullProgress) => void,
  signal: AbortSignal | undefined,
): Promise<Readonly<Record<string, number>>> {
  const sizes: Record<string, number> = {};
  for (const name of files) sizes[name] = (await stat(join(from, name))).size;
  const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  let bytes = 0;
  for (const name of files) {
    signal?.throwIfAborted();
    onProgress({ doing: 'copying', bytes, total });
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    if (ours) await rename(join(from, name), path);
    else await copyFile(join(from, name), path, constants.COPYFILE_FICLONE);
    await using file = await open(path, 'r+');
    await file.sync();
    bytes += sizes[name] as number;
  }
  return sizes;
}

/** Errors tell of the file that it was, not of the one that is thrown away. */
async function held(
  entry: CatalogueEntry,
  path: string,
  { source, layout }: Taken,
  signal: AbortSignal | undefined,
): Promise<NetworkWeights> {
  const weights = await importFile(entry, path, { signal }).catch((cause: unknown) => {
    if (!(cause instanceof SlipwayError)) throw cause;
    throw new SlipwayError(cause.code, cause.message.replaceAll(path, source), { cause });
  });
  if (layout === undefined || weights.layout === layout) return weights;
  throw new SlipwayError(
    'invalid_argument',
    `${source} has weights as ${weights.layout} names them, and the manifest says ${layout}: mend the manifest.`,
    { details: { field: 'layout', found: weights.layout, said: layout } },
  );
}

async function checksumOf(path: string, signal: AbortSignal | undefined): Promise<Checksum> {
  return { algorithm: 'sha256', digest: await digestOf(path, 'sha256', signal) };
}

function isThere({ network, version, source, folder }: PulledWeights): SlipwayError {
  return new SlipwayError(
    'already_exists',
    `Weights of ${network} ${version} are in ${folder} already, from ${source}: "slipway accel remove ${network} --weights-version ${version}" removes them.`,
    { details: { network, version, source } },
  );
}

function full(folder: string, cause: unknown): SlipwayError {
  return new SlipwayError('storage_full', `No space is left for ${folder}: make room and try again.`, {
    details: { path: folder },
    cause,
  });
}
