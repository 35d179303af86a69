import { copyFile, mkdir, open, readdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  ENGINE_MANIFEST,
  ENGINE_PACKAGES,
  engineFolderName,
  enginesFolder,
  SlipwayError,
  unlessMissing,
} from '@slipway/contract';
import { bytes } from '../output/format.ts';
import { downloadWheel, verifyWheel } from './download-wheel.ts';
import type { Index } from './find-in-index.ts';
import { whileInstalling } from './install-lock.ts';
import {
  type EngineManifest,
  type InstalledEngine,
  installedEngines,
  removeLeftOvers,
  temporaryEngine,
} from './installed-engines.ts';
import type { EngineRelease, Wheel } from './release.ts';
import { extractLibraries } from './wheel-libraries.ts';

const BINDING_FILE = 'onnxruntime_binding.node';

/** Where the wheels come from: an index, or files that were brought here. */
export type WheelSource = { readonly index: Index } | { readonly paths: readonly string[] };

/** What an installation is told. */
export interface Installation {
  readonly home: string;
  readonly release: EngineRelease;
  readonly source: WheelSource;
  /** The folder that holds the binding for Node, of the same version. */
  readonly bindingFolder: string;
  readonly progress: (text: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Brings the libraries of an engine into the home, verified, beside a copy of the binding that loads them. The folder
 * gets its name only when all of it is on the disk: whoever is killed before has installed nothing. An engine that is
 * there already is left alone.
 */
export async function installEngine(installation: Installation): Promise<InstalledEngine> {
  const { home, release } = installation;
  await mkdir(enginesFolder(home), { recursive: true, mode: 0o700 });
  return await whileInstalling(home, async () => {
    const before = await findInstalled(home, release);
    if (before !== undefined) return before;
    await removeLeftOvers(home);
    await checkRoom(installation);
    const wheels = await gatherWheels(installation);
    await build(installation, wheels);
    await rm(downloadsFolder(home), { recursive: true, force: true });
    return (await findInstalled(home, release)) as InstalledEngine;
  });
}

async function findInstalled(home: string, { name, version }: EngineRelease) {
  return (await installedEngines(home)).find((engine) => engine.name === name && engine.version === version);
}

function downloadsFolder(home: string): string {
  return join(enginesFolder(home), '.downloads');
}

async function checkRoom({ home, release, source }: Installation): Promise<void> {
  const { bavail, bsize } = await statfs(enginesFolder(home));
  const fetched = 'index' in source ? release.wheels.reduce((sum, wheel) => sum + wheel.bytes, 0) : 0;
  const needed = release.installedBytes + fetched;
  if (bavail * bsize >= needed) return;
  throw new SlipwayError(
    'storage_full',
    `The engine needs ${bytes(needed)} while it is installed, and ${home} has ${bytes(bavail * bsize)} free.`,
  );
}

async function gatherWheels(installation: Installation): Promise<readonly string[]> {
  const { source } = installation;
  return 'index' in source
    ? await downloadWheels(installation, source.index)
    : await findWheels(installation, source.paths);
}

async function downloadWheels(
  { home, release, progress, signal }: Installation,
  index: Index,
): Promise<readonly string[]> {
  const folder = downloadsFolder(home);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const total = release.wheels.reduce((sum, wheel) => sum + wheel.bytes, 0);
  const paths: string[] = [];
  let before = 0;
  for (const wheel of release.wheels) {
    const tell = (done: number) =>
      progress(`Downloading ${wheel.project}: ${bytes(before + done)} of ${bytes(total)}`);
    tell(0);
    paths.push(await downloadWheel(wheel, folder, index, tell, signal));
    before += wheel.bytes;
  }
  return paths;
}

/** All of them are looked for first, so that whoever carries files does it once. */
async function findWheels(
  { release, progress, signal }: Installation,
  paths: readonly string[],
): Promise<readonly string[]> {
  const files = (await Promise.all(paths.map(filesAt))).flat();
  const found = release.wheels.map((wheel) => files.find((file) => basename(file) === wheel.file));
  const missing = release.wheels.filter((_, index) => found[index] === undefined);
  if (missing.length > 0) throw notBrought(release, missing);
  for (const [index, wheel] of release.wheels.entries()) {
    progress(`Verifying ${wheel.file}`);
    await verifyWheel(wheel, found[index] as string, signal);
  }
  return found as readonly string[];
}

async function filesAt(path: string): Promise<readonly string[]> {
  const about = await unlessMissing(stat(path));
  if (about === undefined) throw new SlipwayError('not_found', `${path}: there is no such file or folder.`);
  return about.isDirectory() ? (await readdir(path)).map((name) => join(path, name)) : [path];
}

function notBrought({ name }: EngineRelease, missing: readonly Wheel[]): SlipwayError {
  const list = missing.map(({ file }) => file).join(', ');
  return new SlipwayError(
    'not_found',
    `These files are not where --from points: ${list}. "slipway engine files ${name}" tells how to get them.`,
    { details: { missing: missing.map(({ file }) => file) } },
  );
}

async function build(installation: Installation, wheels: readonly string[]): Promise<void> {
  const { home, release, bindingFolder, progress, signal } = installation;
  const folder = temporaryEngine(home);
  await mkdir(folder, { mode: 0o700 });
  try {
    let files: Readonly<Record<string, number>> = {};
    for (const wheel of wheels) {
      progress(`Unpacking ${basename(wheel)}`);
      files = { ...files, ...(await extractLibraries(wheel, folder, signal)) };
    }
    await copyFile(join(bindingFolder, BINDING_FILE), join(folder, BINDING_FILE));
    const manifest: EngineManifest = {
      kind: 'Engine',
      name: release.name,
      version: release.version,
      providers: ENGINE_PACKAGES[release.name],
      files,
      installedAt: new Date().toISOString(),
    };
    await writeFile(join(folder, ENGINE_MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { flush: true });
    await synchronize(join(folder, BINDING_FILE));
    await synchronize(folder);
    signal.throwIfAborted();
    await rename(folder, join(enginesFolder(home), engineFolderName(release.name)));
    await synchronize(enginesFolder(home));
  } catch (thrown) {
    await rm(folder, { recursive: true, force: true });
    throw thrown;
  }
}

async function synchronize(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
