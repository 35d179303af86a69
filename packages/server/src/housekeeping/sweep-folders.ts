import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { HomePaths } from '../home/home-paths.ts';
import { readEnded, readSpecs } from '../targets/local/replica-folder.ts';

/** The digest of a manifest, as a folder is named by it. */
const MANIFEST_FOLDER = /^[a-z0-9]+-[0-9a-f]+$/;

/** Removes the folder of a service and the folders of its replicas. They must have ended. */
export async function removeServiceFolders(home: HomePaths, uid: string): Promise<void> {
  const specs = [...(await readSpecs(home)), ...(await readEnded(home)).map(({ spec }) => spec)];
  for (const spec of specs) {
    if (spec.authFile === home.serviceAuth(uid)) await remove(home.replica(spec.replicaId));
  }
  await remove(home.service(uid));
}

/** A revision with a script that runs or is to run. */
export interface ScriptInUse {
  readonly serviceUid: string;
  readonly revision: number;
  /** Digest of its sources. */
  readonly digest: string;
}

/** What is in use: everything else in the home's folders is left over. */
export interface InUse {
  readonly serviceUids: ReadonlySet<string>;
  readonly replicaIds: ReadonlySet<string>;
  readonly modelDigests: ReadonlySet<string>;
  readonly environmentHashes: ReadonlySet<string>;
  readonly scripts: readonly ScriptInUse[];
}

/**
 * Removes folders of models, sources, services and replicas that nothing uses any more; returns how many. The folders are
 * listed before `readInUse` is called: what is made meanwhile is none of them.
 */
export async function sweepFolders(home: HomePaths, readInUse: () => Promise<InUse>): Promise<number> {
  const parents = [
    home.models,
    home.sources,
    home.scriptModelDirs,
    home.environments,
    home.services,
    home.replicas,
  ];
  const there = (await Promise.all(parents.map(async (parent) => await pathsIn(parent)))).flat();
  const used = await readInUse();
  const kept = new Set([
    ...[...used.modelDigests].map(home.model),
    ...used.scripts.flatMap(({ serviceUid, revision, digest }) => [
      home.source(digest),
      home.scriptModels(serviceUid, revision),
    ]),
    ...[...used.environmentHashes].map(home.environment),
    ...[...used.serviceUids].map(home.service),
    ...[...used.replicaIds].map(home.replica),
    ...(await foldersOfEnded(home, used.serviceUids)),
  ]);
  const ours = there.filter((path) => dirname(path) !== home.models || isOfManifest(finishedPath(path)));
  const left = ours.filter((path) => !kept.has(finishedPath(path)));
  for (const path of left) await remove(path);
  return left.length;
}

/** A folder that is being made stands under a hidden name beside the one that it will be; it is needed like that one. */
function finishedPath(path: string): string {
  const [, name] = /^\.(.+)\.tmp-[^.]+$/.exec(basename(path)) ?? [];
  return name === undefined ? path : join(dirname(path), name);
}

/** Weights of accelerated networks stand beside them, under the networks' names, and belong to whoever pulled them. */
function isOfManifest(path: string): boolean {
  return MANIFEST_FOLDER.test(basename(path));
}

async function pathsIn(parent: string): Promise<readonly string[]> {
  return (await readdir(parent)).map((name) => join(parent, name));
}

/** Folders of ended replicas whose service is still there: they are kept for their logs. */
async function foldersOfEnded(home: HomePaths, serviceUids: ReadonlySet<string>): Promise<readonly string[]> {
  const authFiles = new Set([...serviceUids].map(home.serviceAuth));
  const ended = (await readEnded(home)).filter(({ spec }) => authFiles.has(spec.authFile));
  return ended.map(({ spec }) => home.replica(spec.replicaId));
}

async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}
