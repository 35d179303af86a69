import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SlipwayError, unlessMissing } from '@slipway/contract';
import type { CatalogueEntry, CatalogueName, LayoutName, NetworkWeights } from '@slipway/graph/catalogue';
import type { Checksum } from '../downloads/index.ts';
import { homeFolder } from '../networks/home-folder.ts';
import type { Licence } from './manifest.ts';
import { CATALOGUE_NAMES } from './parse-manifest.ts';

/** Written last: weights without it are not there. */
export const WEIGHTS_FILE = 'weights.json';

/** Of a network's folder, where downloads are until they are whole. */
export const DOWNLOADS = '.downloads';

/** What weights that were pulled say of themselves. */
export interface WeightsRecord {
  readonly kind: 'Weights';
  readonly network: CatalogueName;
  readonly version: string;
  /** Made for the quantized network alone. */
  readonly quantized: boolean;
  readonly layout: LayoutName;
  /** `featurizer`: the file has no classifier. */
  readonly part: NetworkWeights['part'];
  /** What a model built of them says in its metadata: `keras`, or `random, seed 7`. */
  readonly origin: string;
  /** `null`: they were brought from a file, and nobody said. */
  readonly licence: Licence | null;
  /** The URL or the path that they came from. */
  readonly source: string;
  /** Of the first file. */
  readonly checksum: Checksum;
  /** Sizes in bytes by names; the first is the one to open, or the name that those of a checkpoint begin with. */
  readonly files: Readonly<Record<string, number>>;
  /** The name by which they are opened. */
  readonly open: string;
  readonly pulledAt: string;
}

/** Weights in a home. */
export interface PulledWeights extends WeightsRecord {
  /** Their folder. */
  readonly folder: string;
  /** What `openWeights` of `@slipway/graph/catalogue` takes. */
  readonly path: string;
  readonly bytes: number;
  /** No training: they were drawn. */
  readonly random: boolean;
}

/** Which weights are meant. */
export interface WeightsQuery {
  /** Those made for the quantized network, if there are any; else those of the float one, which serve it, too. */
  readonly quantized?: boolean | undefined;
  /** Of several versions, this one; else the one that was pulled last. */
  readonly version?: string | undefined;
}

/** The folder of a network's weights in a home. */
export function networkFolder(home: string, network: CatalogueName): string {
  return join(home, 'models', network);
}

/** All weights of a home that are whole, by network, the one pulled last first. */
export async function listWeights(home: string): Promise<readonly PulledWeights[]> {
  return (await Promise.all(CATALOGUE_NAMES.map((name) => weightsIn(home, name)))).flat();
}

/** Weights that were pulled for a network; `undefined`: there are none. */
export async function findWeights(
  network: CatalogueName,
  home: string,
  { quantized = false, version }: WeightsQuery = {},
): Promise<PulledWeights | undefined> {
  const there = (await weightsIn(home, network)).filter(
    (each) => version === undefined || each.version === version,
  );
  return there.find((each) => each.quantized === quantized) ?? (quantized ? there[0] : undefined);
}

/** The same; throws `not_found`, which says how to get them. */
export async function requireWeights(
  network: CatalogueEntry,
  home: string,
  query: WeightsQuery = {},
): Promise<PulledWeights> {
  const found = await findWeights(network.name, home, query);
  if (found !== undefined) return found;
  const { name } = network;
  const cut = await isDownloadThere(home, name);
  const where = home === homeFolder() ? '' : ` --home ${home}`;
  const which = query.version === undefined ? '' : ` of version ${query.version}`;
  throw new SlipwayError(
    'not_found',
    `There are no weights of ${name}${which} in ${home}${cut ? ', and a download of them was cut' : ''}: "slipway accel pull ${name}${where}" ${cut ? 'goes on with it' : 'brings them'}, with --from FILE from a file that you have, and --random-weights SEED builds the network without any training, for tests and benchmarks.`,
    { details: { network: name, version: query.version } },
  );
}

async function isDownloadThere(home: string, network: CatalogueName): Promise<boolean> {
  const names = (await unlessMissing(readdir(join(networkFolder(home, network), DOWNLOADS)))) ?? [];
  return names.some((name) => name.endsWith('.part'));
}

/** Removes weights. A kill in between leaves nothing that looks whole. */
export async function removeWeights({ folder }: PulledWeights): Promise<void> {
  const away = `${folder}.removed.part`;
  await rm(away, { recursive: true, force: true });
  await rename(folder, away);
  await rm(away, { recursive: true, force: true });
}

async function weightsIn(home: string, network: CatalogueName): Promise<readonly PulledWeights[]> {
  const parent = networkFolder(home, network);
  const names = (await unlessMissing(readdir(parent))) ?? [];
  const read = await Promise.all(
    names.filter((name) => !/^\.|\.part$/.test(name)).map((name) => readWeights(join(parent, name))),
  );
  return read
    .filter((each) => each !== undefined)
    .toSorted((one, other) => (one.pulledAt < other.pulledAt ? 1 : -1));
}

/** The weights in a folder; `undefined` where they are not whole. Throws `corrupt` where somebody has changed what is said of them. */
export async function readWeights(folder: string): Promise<PulledWeights | undefined> {
  const file = join(folder, WEIGHTS_FILE);
  const text = await unlessMissing(readFile(file, 'utf8'));
  if (text === undefined) return undefined;
  const record = recordIn(file, text);
  const bytes = Object.values(record.files).reduce((sum, size) => sum + size, 0);
  const random = record.origin.startsWith('random');
  return { ...record, folder, path: join(folder, record.open), bytes, random };
}

function recordIn(file: string, text: string): WeightsRecord {
  try {
    const record = JSON.parse(text) as WeightsRecord;
    if (record.kind === 'Weights') return record;
  } catch {
    // Told below, as what is no record is.
  }
  throw new SlipwayError(
    'corrupt',
    `${file} is not what was written when the weights were pulled: remove its folder, and pull them again.`,
    { details: { file } },
  );
}
