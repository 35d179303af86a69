import { basename, dirname } from 'node:path';
import type { ReplicaSpec } from '@slipway/contract';
import type { HomePaths } from '../../home/home-paths.ts';
import type { OwnedProcess } from '../../processes/owned-process.ts';
import { argumentAfter } from '../../processes/parse-processes.ts';
import { listProcesses } from '../../processes/process-table.ts';
import { readSpecs } from './replica-folder.ts';

/** A replica of this home that was started before: by its folder, by its process, or by both. */
export interface FoundReplica {
  readonly id: string;
  readonly spec: ReplicaSpec | undefined;
  readonly process: OwnedProcess | undefined;
}

/** Looks through folders and process table for all replicas of a home. */
export async function findReplicas(home: HomePaths): Promise<readonly FoundReplica[]> {
  const specs = new Map((await readSpecs(home)).map((spec) => [spec.replicaId, spec]));
  const processes = await findProcesses(home);
  const ids = new Set([...specs.keys(), ...processes.keys()]);
  return [...ids].map((id) => ({ id, spec: specs.get(id), process: processes.get(id) }));
}

async function findProcesses(home: HomePaths): Promise<ReadonlyMap<string, OwnedProcess>> {
  const found = new Map<string, OwnedProcess>();
  for (const { pid, startTime, command } of await listProcesses()) {
    const spec = argumentAfter(command, '--spec', `${home.replicas}/`);
    if (spec !== undefined) found.set(basename(dirname(spec)), { pid, startTime });
  }
  return found;
}
