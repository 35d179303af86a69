import { rm, statfs } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { SlipwayError } from '@slipway/contract';
import type { LayoutName } from '@slipway/graph/catalogue';
import { type Checksum, downloadFile } from '../downloads/index.ts';
import type { Licence, WeightsEntry } from './manifest.ts';
import type { PullProgress } from './pull-weights.ts';
import { DOWNLOADS } from './pulled-weights.ts';
import { type SourceFiles, sourceFiles } from './source-files.ts';

/** No weights of the catalogue are larger; what says no size of its own is held to it. */
const MAX_BYTES = 2 * 1024 ** 3;

const OTHERWISE = 'bring the file from a machine with a network and name it with --from';

/** Files of weights that are on this machine now. What was downloaded is removed when it is disposed of. */
export interface Taken extends SourceFiles, AsyncDisposable {
  readonly version: string;
  readonly quantized: boolean;
  readonly source: string;
  readonly licence: Licence | null;
  /** As whose the manifest knows them. */
  readonly layout?: LayoutName | undefined;
  /** Of the first file, where it is known from the download. */
  readonly checksum: Checksum | undefined;
  /** They may be moved: nobody else wants them. */
  readonly ours: boolean;
}

/** Which weights they are to be. */
interface Own {
  readonly version: string;
  readonly quantized: boolean;
}

interface BringOptions {
  readonly onProgress: ((progress: PullProgress) => void) | undefined;
  readonly signal: AbortSignal;
}

/** Weights that the manifest knows, held to its checksum. */
export async function fromManifest(
  entry: WeightsEntry,
  folder: string,
  options: BringOptions,
): Promise<Taken> {
  const { url, bytes, checksum, version, quantized = false, licence, layout } = entry;
  await requireRoom(folder, bytes);
  const path = join(folder, DOWNLOADS, `${version}-${fileName(url)}`);
  const found = await download({ url, path, bytes, checksum }, options);
  return downloaded(path, { version, quantized, source: url, licence, layout, checksum: found });
}

/** Weights at a URL that nobody has said a checksum of. */
export async function fromUrl(url: string, own: Own, folder: string, options: BringOptions): Promise<Taken> {
  refuseUser(url);
  const path = join(folder, DOWNLOADS, `own-${fileName(url)}`);
  const checksum = await download({ url, path }, options);
  return downloaded(path, { ...own, source: withoutSecrets(url), licence: null, checksum });
}

/** Weights that are on this machine. */
export async function fromFiles(from: string, own: Own): Promise<Taken> {
  const files = await sourceFiles(resolve(from));
  return {
    ...files,
    ...own,
    source: join(files.folder, files.open),
    licence: null,
    checksum: undefined,
    ours: false,
    [Symbol.asyncDispose]: async () => {},
  };
}

async function download(
  file: {
    readonly url: string;
    readonly path: string;
    readonly bytes?: number | undefined;
    readonly checksum?: Checksum | undefined;
  },
  { onProgress, signal }: BringOptions,
): Promise<Checksum> {
  return await downloadFile({
    ...file,
    maxBytes: MAX_BYTES,
    otherwise: OTHERWISE,
    onProgress: (bytes, total) => onProgress?.({ doing: 'downloading', bytes, total }),
    signal,
  });
}

function downloaded(
  path: string,
  about: Own & Pick<Taken, 'source' | 'licence' | 'layout' | 'checksum'>,
): Taken {
  const open = basename(path);
  return {
    ...about,
    ...{ folder: dirname(path), open, files: [open], ours: true },
    [Symbol.asyncDispose]: async () => await rm(path, { force: true }),
  };
}

/** A URL may be signed in its query; what is listed for ever is not to have that. */
function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

function refuseUser(url: string): void {
  if (new URL(url).username === '') return;
  throw new SlipwayError(
    'invalid_argument',
    'A URL of weights cannot have a user and a password: bring the file in another way, and name it.',
    { details: { field: 'from' } },
  );
}

/** The last part of a URL's path, as a file may be called. */
function fileName(url: string): string {
  const name = decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '').replace(/[^\w.-]/g, '_');
  return name.replace(/^\.+/, '') || 'weights';
}

async function requireRoom(folder: string, needed = 0): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= needed) return;
  throw new SlipwayError(
    'storage_full',
    `The weights need ${needed} bytes, and ${folder} has ${bavail * bsize} free: make room first.`,
    { details: { needed, free: bavail * bsize } },
  );
}
