import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReplicaSpec } from '@slipway/contract';
import { unlessMissing } from '@slipway/contract';
import { writeJsonFile } from '@slipway/transport';
import type { HomePaths } from '../../home/home-paths.ts';
import { readJsonOfKind } from '../../home/json-of-kind.ts';
import { writeError } from '../../home/system-errors.ts';

/** Name of the spec once its replica has ended and is only kept for its log. */
const ENDED_FILE = 'ended.json';

/** Ended replicas of a service whose logs are kept: enough to see a crash loop, little enough for the disk. */
export const KEPT_ENDED_REPLICAS = 5;

/** Makes the folder of a replica with its spec. Throws `storage_full` if the disk does not take it. */
export async function makeReplicaFolder(home: HomePaths, spec: ReplicaSpec): Promise<void> {
  const folder = home.replica(spec.replicaId);
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (thrown) {
    throw writeError(thrown, folder);
  }
  await writeJsonFile(home.replicaSpec(spec.replicaId), spec);
}

/** The specs of replicas that nobody has noted the end of. */
export async function readSpecs(home: HomePaths): Promise<readonly ReplicaSpec[]> {
  const ids = await readdir(home.replicas);
  const specs = await Promise.all(
    ids.map((id) => readJsonOfKind<ReplicaSpec>(home.replicaSpec(id), 'ReplicaSpec')),
  );
  return specs.filter((spec) => spec !== undefined);
}

/** Notes that a replica has ended: its log stays, and it is found no more. */
export async function endReplicaFolder(home: HomePaths, id: string): Promise<void> {
  await unlessMissing(rename(home.replicaSpec(id), join(home.replica(id), ENDED_FILE)));
  await rm(home.replicaState(id), { force: true });
}

/** A replica that has ended: its spec, and when that was noted. */
export interface EndedReplica {
  readonly spec: ReplicaSpec;
  readonly endedAt: number;
}

/** The ended replicas whose logs are still there, in the order of their ends. */
export async function readEnded(home: HomePaths): Promise<readonly EndedReplica[]> {
  const ids = await readdir(home.replicas);
  const ended = await Promise.all(ids.map((id) => readEndedReplica(join(home.replica(id), ENDED_FILE))));
  return ended.filter((found) => found !== undefined).toSorted((a, b) => a.endedAt - b.endedAt);
}

async function readEndedReplica(file: string): Promise<EndedReplica | undefined> {
  const spec = await readJsonOfKind<ReplicaSpec>(file, 'ReplicaSpec');
  const found = spec && (await unlessMissing(stat(file)));
  return spec && found && { spec, endedAt: found.ctimeMs };
}

/** Removes the oldest ended replicas of the service that owns `authFile`, beyond what is kept. */
export async function pruneEnded(home: HomePaths, authFile: string): Promise<void> {
  const own = (await readEnded(home)).filter(({ spec }) => spec.authFile === authFile);
  for (const { spec } of own.slice(0, Math.max(0, own.length - KEPT_ENDED_REPLICAS))) {
    await rm(home.replica(spec.replicaId), { recursive: true, force: true });
  }
}
