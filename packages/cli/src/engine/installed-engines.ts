import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ENGINE_MANIFEST,
  ENGINE_VERSION,
  type EnginePackage,
  enginesFolder,
  unlessMissing,
} from '@slipway/contract';

/** What is written beside the libraries of an engine, last of all. */
export interface EngineManifest {
  readonly kind: 'Engine';
  readonly name: EnginePackage;
  /** Of ONNX Runtime. */
  readonly version: string;
  readonly providers: readonly string[];
  /** Sizes of the libraries in bytes, by their names. */
  readonly files: Readonly<Record<string, number>>;
  readonly installedAt: string;
}

/** An engine in a home. */
export interface InstalledEngine {
  readonly name: EnginePackage;
  readonly version: string;
  readonly providers: readonly string[];
  readonly bytes: number;
  readonly folder: string;
  /** False: it was made for another version of Slipway, which alone takes it. */
  readonly current: boolean;
}

/** Of folders that are being made, or removed. */
const TEMPORARY_PREFIX = '.tmp-';

/** A folder beside the engines whose name nothing takes for one. */
export function temporaryEngine(home: string): string {
  return join(enginesFolder(home), `${TEMPORARY_PREFIX}${randomUUID()}`);
}

/** The engines of a home that are whole, the current ones first. */
export async function installedEngines(home: string): Promise<readonly InstalledEngine[]> {
  const root = enginesFolder(home);
  const names = (await unlessMissing(readdir(root))) ?? [];
  const found = await Promise.all(
    names.filter((name) => !name.startsWith('.')).map((name) => readEngine(join(root, name))),
  );
  return found
    .filter((engine) => engine !== undefined)
    .toSorted((one, other) => Number(other.current) - Number(one.current));
}

async function readEngine(folder: string): Promise<InstalledEngine | undefined> {
  const text = await unlessMissing(readFile(join(folder, ENGINE_MANIFEST), 'utf8'));
  if (text === undefined) return undefined;
  const { name, version, providers, files } = JSON.parse(text) as EngineManifest;
  const bytes = Object.values(files).reduce((sum, size) => sum + size, 0);
  return { name, version, providers, bytes, folder, current: version === ENGINE_VERSION };
}

/** Removes engines, of whatever version. Half of one that is left by a kill is never taken for an engine. */
export async function removeEngines(home: string, engines: readonly InstalledEngine[]): Promise<void> {
  for (const { folder } of engines) {
    const away = temporaryEngine(home);
    await rename(folder, away);
    await rm(away, { recursive: true, force: true });
  }
}

/** Removes what attempts have left that were killed. Nobody else may be installing. */
export async function removeLeftOvers(home: string): Promise<void> {
  const root = enginesFolder(home);
  for (const name of (await unlessMissing(readdir(root))) ?? []) {
    if (name.startsWith(TEMPORARY_PREFIX)) await rm(join(root, name), { recursive: true, force: true });
  }
}
