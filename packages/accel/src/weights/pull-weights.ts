import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SlipwayError, unlessMissing } from '@slipway/contract';
import { CATALOGUE, type CatalogueEntry, type CatalogueName } from '@slipway/graph/catalogue';
import { whileLocked } from '../downloads/index.ts';
import { fromFiles, fromManifest, fromUrl, type Taken } from './bring-weights.ts';
import { type Licence, WEIGHTS, type WeightsEntry } from './manifest.ts';
import { DOWNLOADS, networkFolder, type PulledWeights, readWeights } from './pulled-weights.ts';
import { storeWeights } from './store-weights.ts';

/** What goes on, and of how many bytes so many. */
export interface PullProgress {
  readonly doing: 'downloading' | 'copying' | 'checking';
  readonly bytes: number;
  readonly total: number | undefined;
}

export interface PullOptions {
  /** Absolute. */
  readonly home: string;
  /** Weights made for the quantized network, where the manifest has some; else those of the float one, which serve it, too. */
  readonly quantized?: boolean | undefined;
  /** A file, a folder, what a checkpoint's files begin with, or a URL; instead of the manifest. */
  readonly from?: string | undefined;
  /** What is published (default: {@link WEIGHTS}). */
  readonly manifest?: readonly WeightsEntry[] | undefined;
  /** The id of the licence that is accepted, or who is asked whether it is. */
  readonly acceptLicence?: string | ((licence: Licence, entry: WeightsEntry) => Promise<boolean>) | undefined;
  readonly onProgress?: ((progress: PullProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Brings the weights of a network into a home, `models/<network>/<version>/`, and holds them to the network before they
 * count: the folder is there when all of it is. Weights of the manifest that are there already are left alone. A download
 * that was cut goes on where it ended. Throws `not_found` where nothing is published, `invalid_argument` where the licence
 * is not accepted or the weights are not those of the network, `conflict` while another process does the same,
 * `already_exists`, and as `downloadFile` does.
 */
export async function pullWeights(
  network: CatalogueName | CatalogueEntry,
  options: PullOptions,
): Promise<PulledWeights> {
  const entry = typeof network === 'string' ? CATALOGUE[network] : network;
  requireOneSource(options);
  return await pull(entry, options).catch((thrown: unknown) => {
    throw options.signal?.aborted === true ? givenUp(options.signal.reason) : thrown;
  });
}

async function pull(entry: CatalogueEntry, options: PullOptions): Promise<PulledWeights> {
  const { home, from } = options;
  const published = from === undefined ? chosen(entry, options) : undefined;
  if (published !== undefined) {
    const there = await readWeights(join(networkFolder(home, entry.name), published.version));
    if (there?.checksum.digest === published.checksum.digest) return there;
    await requireAccepted(published, options.acceptLicence);
  }
  const folder = networkFolder(home, entry.name);
  await mkdir(join(folder, DOWNLOADS), { recursive: true, mode: 0o700 });
  return await whileLocked(
    join(folder, '.lock.sqlite'),
    (pid) => held(entry.name, home, pid),
    async () => {
      await removeLeftOvers(folder);
      await using taken = await take(entry, published, folder, options);
      return await storeWeights(entry, taken, folder, options);
    },
  );
}

/** What stands for the manifest makes its words idle, and nobody is to believe that they were heard. */
function requireOneSource({ from, manifest, acceptLicence }: PullOptions): void {
  if (from === undefined || (manifest === undefined && typeof acceptLicence !== 'string')) return;
  const field = manifest === undefined ? 'acceptLicence' : 'manifest';
  throw new SlipwayError(
    'invalid_argument',
    `${field} is for weights of a manifest, and from names others: leave one of both out.`,
    { details: { field } },
  );
}

function givenUp(reason: unknown): SlipwayError {
  if (reason instanceof SlipwayError) return reason;
  return new SlipwayError('cancelled', 'It was given up: a download goes on from there the next time.', {
    cause: reason,
  });
}

async function take(
  entry: CatalogueEntry,
  published: WeightsEntry | undefined,
  folder: string,
  options: PullOptions,
): Promise<Taken> {
  const { from, quantized = false, onProgress, signal = new AbortController().signal } = options;
  if (published !== undefined) return await fromManifest(published, folder, { onProgress, signal });
  const own = { version: ownVersion(entry, quantized), quantized };
  return /^https?:\/\//.test(from as string)
    ? await fromUrl(from as string, own, folder, { onProgress, signal })
    : await fromFiles(from as string, own);
}

/** Quantized networks have a version of their own, or one that tells them from the float ones. */
function ownVersion({ versions }: CatalogueEntry, quantized: boolean): string {
  if (!quantized) return versions.float;
  return versions.quantized === versions.float ? `${versions.quantized}-quantized` : versions.quantized;
}

/** Of several versions, the first of the manifest. */
function chosen(
  { name }: CatalogueEntry,
  { quantized = false, manifest = WEIGHTS }: PullOptions,
): WeightsEntry {
  const entries = manifest.filter(({ network }) => network === name);
  const float = entries.find((entry) => entry.quantized !== true);
  const found = quantized ? (entries.find((entry) => entry.quantized === true) ?? float) : float;
  if (found !== undefined) return found;
  throw new SlipwayError(
    'not_found',
    `The manifest has no weights of ${name}: bring a file or a URL of your own with --from.`,
    { details: { network: name } },
  );
}

async function requireAccepted(entry: WeightsEntry, accept: PullOptions['acceptLicence']): Promise<void> {
  const { network, licence } = entry;
  const accepted =
    typeof accept === 'function'
      ? await accept(licence, entry)
      : accept?.toLowerCase() === licence.id.toLowerCase();
  if (accepted) return;
  const said = typeof accept === 'string' ? `, not "${accept}"` : '';
  throw new SlipwayError(
    'invalid_argument',
    `The weights of ${network} are under ${licence.id}${said} (${licence.url}), which was not accepted: read it, and say --accept-licence ${licence.id}.`,
    { details: { field: 'acceptLicence', licence } },
  );
}

function held(network: CatalogueName, home: string, pid: number | undefined): SlipwayError {
  const who = pid === undefined ? 'Another process' : `Process ${pid}`;
  return new SlipwayError(
    'conflict',
    `${who} is pulling weights of ${network} into ${home}: wait for it, or end it.`,
    { details: { pid } },
  );
}

/** Folders of pulls, or removals, that were killed. */
async function removeLeftOvers(folder: string): Promise<void> {
  for (const name of (await unlessMissing(readdir(folder))) ?? [])
    if (name.endsWith('.part')) await rm(join(folder, name), { recursive: true, force: true });
}
