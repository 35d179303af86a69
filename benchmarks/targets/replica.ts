import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Batching, ReplicaEntry, ReplicaSpec } from '@slipway/contract';
import { startProcess, type TestScope } from '@slipway/testkit';
import type { Address } from '../load/http-connection.ts';
import type { Workload } from '../workloads/workload.ts';
import {
  ADMIN_TOKEN,
  HOST,
  LIMITS,
  newKey,
  readyPort,
  SERVICE,
  subfolder,
  writeJson,
} from './service-files.ts';

const RUNTIME_MAIN = fileURLToPath(import.meta.resolve('@slipway/runtime/main'));

export interface StartedReplica {
  readonly address: Address;
  readonly key: string;
  readonly pid: number;
}

/** What a replica serves. */
export interface ServedModel extends Pick<Workload, 'model' | 'lane'> {
  /** The `signature.json` beside the model; absent: none. */
  readonly signature?: object | undefined;
  /** What the replica may use: one core, unless more is said. */
  readonly resources?: Resources | undefined;
}

type Resources = Partial<Pick<ReplicaSpec, 'cpuCores' | 'executionProviders' | 'engineDir'>>;

/**
 * A replica process as the control plane would start it: key authentication, default limits; one core and
 * default batching, unless another is given.
 */
export async function startReplica(
  scope: TestScope,
  folder: string,
  workload: ServedModel,
  batching?: Batching,
): Promise<StartedReplica> {
  const modelFolder = await subfolder(folder, 'model');
  await writeFile(join(modelFolder, 'model.onnx'), workload.model);
  if (workload.signature !== undefined)
    await writeJson(join(modelFolder, 'signature.json'), workload.signature);
  const model = {
    name: 'bench',
    version: 1,
    digest: `sha256:${'0'.repeat(64)}`,
    path: modelFolder,
    batching,
  };
  return startWith(scope, folder, { models: [model], lane: workload.lane, ...workload.resources });
}

/** The same with an entry script, and no model. */
export function startScriptReplica(
  scope: TestScope,
  folder: string,
  entry: ReplicaEntry,
): Promise<StartedReplica> {
  return startWith(scope, folder, { models: [], lane: 'auto', entry });
}

async function startWith(
  scope: TestScope,
  folder: string,
  served: Pick<ReplicaSpec, 'models' | 'lane' | 'entry'> & Resources,
): Promise<StartedReplica> {
  const { key, auth } = newKey();
  const spec: ReplicaSpec = {
    kind: 'ReplicaSpec',
    replicaId: 'bench-1',
    service: SERVICE,
    workspace: 'default',
    revision: 1,
    listen: { host: HOST, port: 0 },
    adminToken: ADMIN_TOKEN,
    cpuCores: 1,
    ...served,
    profile: 'latency',
    limits: LIMITS,
    authFile: await writeJson(join(folder, 'auth.json'), auth),
    stateFile: join(folder, 'replica-state.json'),
    cacheDir: await subfolder(folder, 'cache'),
    logLevel: 'info',
    modelsGeneration: 1,
    allowModelControl: false,
  };
  const specFile = await writeJson(join(folder, 'spec.json'), spec);
  const started = await startProcess(scope, process.execPath, [RUNTIME_MAIN, '--spec', specFile]);
  return { address: { host: HOST, port: await readyPort(started, spec.stateFile) }, key, pid: started.pid };
}
