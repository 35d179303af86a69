import { randomBytes } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import {
  type LogLevel,
  type ReplicaEntry,
  type ReplicaSpec,
  type ReplicaState,
  SlipwayError,
  unlessMissing,
} from '@slipway/contract';
import type { DeploymentConfig } from '@slipway/contract/api';
import { writeJsonFile } from '@slipway/transport';
import type { HomePaths } from '../../home/home-paths.ts';
import { readJsonOfKind } from '../../home/json-of-kind.ts';
import { askAdmin } from '../../processes/admin-client.ts';
import { type OwnedProcess, sendSignal, vitalsOf } from '../../processes/owned-process.ts';
import { childrenBytes } from '../../processes/process-table.ts';
import { startDetached } from '../../processes/start-detached.ts';
import type { ModelVersion, RevisionScript } from '../../store/collections.ts';
import { countDevices } from '../devices/device.ts';
import { deviceEnvironment } from '../devices/device-environment.ts';
import type { DeviceInventory } from '../devices/device-inventory.ts';
import type { ReplicaOrder } from '../replica-order.ts';
import type { ObservedReplica, StopMode, Target } from '../target.ts';
import { engineEnvironment } from './engine-environment.ts';
import { findReplicas } from './find-replicas.ts';
import { machineCapacity } from './machine-capacity.ts';
import { endReplicaFolder, makeReplicaFolder, pruneEnded } from './replica-folder.ts';
import { replicaModels, replicaSpec, serviceOf } from './replica-spec.ts';
import { createScriptProcesses, REPLICA_VARIABLE, type ScriptProcesses } from './script-processes.ts';

/** A replica reads a file of a few hundred bytes, and does not wait for its models. */
const RELOAD_TIMEOUT_MS = 5_000;

export interface LocalTargetOptions {
  readonly home: HomePaths;
  /** The file that a replica process runs. */
  readonly runtimeMain: string;
  readonly logLevel: LogLevel;
  /** Makes the folder of a model; does nothing if it is there. */
  readonly checkout: (digest: string, folder: string) => Promise<void>;
  /** Puts in place what the script of an order needs; what is there is left alone. */
  readonly placeScript: (order: ReplicaOrder, script: RevisionScript) => Promise<ReplicaEntry>;
  /** Writes the key file of a service if it is not there. */
  readonly ensureAuth: (serviceUid: string) => Promise<void>;
  readonly inventory: DeviceInventory;
  /** Called when a process of that service ends. */
  readonly changed: (serviceUid: string) => void;
}

interface LocalReplica {
  readonly id: string;
  /** `undefined` if its folder is gone. */
  readonly serviceUid: string | undefined;
  readonly spec: ReplicaSpec | undefined;
  readonly process: OwnedProcess | undefined;
  readonly startedAt: number;
}

/** Opens the target that runs replicas as processes of this machine; finds those that run already. */
export async function openLocalTarget(options: LocalTargetOptions): Promise<Target> {
  const { home, inventory } = options;
  const machine = machineCapacity();
  const replicas = new Map<string, LocalReplica>();
  const scripts = createScriptProcesses();
  for (const found of await findReplicas(home)) {
    const spec = await unlessMissing(stat(home.replicaSpec(found.id)));
    const serviceUid = found.spec && serviceOf(found.spec, home);
    replicas.set(found.id, { ...found, serviceUid, startedAt: spec?.mtimeMs ?? Date.now() });
  }
  return Object.freeze({
    get capacity() {
      return { ...machine, devices: countDevices(inventory.devices) };
    },
    get devices() {
      return inventory.devices;
    },
    observe: async (serviceUid?: string) => {
      const oldestFirst = [...replicas.values()]
        .filter((replica) => serviceUid === undefined || replica.serviceUid === serviceUid)
        .toSorted((a, b) => a.startedAt - b.startedAt);
      return await Promise.all(oldestFirst.map((replica) => observeReplica(home, replica, scripts)));
    },
    start: async (order: ReplicaOrder) => {
      replicas.set(order.id, await startReplica(options, order));
    },
    stop: async (id: string, mode: StopMode) => {
      const replica = replicas.get(id);
      if (replica === undefined) return;
      if (mode !== 'forget') return await signal(replica, mode);
      await forget(home, replica);
      replicas.delete(id);
      scripts.forget(id);
    },
    setModels: async (id: string, models: readonly ModelVersion[], config: DeploymentConfig) => {
      const replica = replicas.get(id);
      if (replica?.spec === undefined) throw notListening(id);
      const spec = await writeModels(options, replica.spec, replicaModels(models, home, config));
      replicas.set(id, { ...replica, spec });
      await askReplica(home, { ...replica, spec }, id, 'reload', RELOAD_TIMEOUT_MS);
    },
    ask: async (id: string, request: 'status' | 'reload', timeoutMs: number) =>
      await askReplica(home, replicas.get(id), id, request, timeoutMs),
  });
}

async function startReplica(options: LocalTargetOptions, order: ReplicaOrder): Promise<LocalReplica> {
  const { home, inventory } = options;
  const { script } = order;
  const env = deviceEnvironment(order.devices, inventory.hasGpus);
  const placed = script === undefined ? null : await options.placeScript(order, script);
  const entry = placed && { ...placed, env: { ...placed.env, ...env, [REPLICA_VARIABLE]: order.id } };
  const spec = replicaSpec(order, home, randomBytes(24).toString('base64url'), options.logLevel, entry);
  if (entry === null) for (const { digest, path } of spec.models) await options.checkout(digest, path);
  await options.ensureAuth(order.service.uid);
  try {
    await makeReplicaFolder(home, spec);
    const startedAt = Date.now();
    const process = await startDetached({
      main: options.runtimeMain,
      args: ['--spec', home.replicaSpec(order.id)],
      cwd: home.replica(order.id),
      logFile: home.replicaLog(order.id),
      env: { ...env, ...engineEnvironment(spec) },
      ended: () => options.changed(order.service.uid),
    });
    return { id: order.id, serviceUid: order.service.uid, spec, process, startedAt };
  } catch (thrown) {
    await rm(home.replica(order.id), { recursive: true, force: true }).catch(() => undefined);
    throw thrown;
  }
}

/** Writes the spec of a replica anew; nothing of it changes but its models. */
async function writeModels(
  { home, checkout }: LocalTargetOptions,
  before: ReplicaSpec,
  models: ReplicaSpec['models'],
): Promise<ReplicaSpec> {
  for (const { digest, path } of models) await checkout(digest, path);
  const spec: ReplicaSpec = { ...before, models, modelsGeneration: before.modelsGeneration + 1 };
  await writeJsonFile(home.replicaSpec(spec.replicaId), spec);
  return spec;
}

function notListening(id: string): SlipwayError {
  return new SlipwayError('unavailable', `Replica ${id} does not listen yet, or any more.`);
}

async function observeReplica(
  home: HomePaths,
  replica: LocalReplica,
  scripts: ScriptProcesses,
): Promise<ObservedReplica> {
  const { id, spec, startedAt } = replica;
  // The process first: a state read after its end is its last.
  const vitals = replica.process && (await vitalsOf(replica.process));
  const state = await readJsonOfKind<ReplicaState>(home.replicaState(id), 'ReplicaState');
  return {
    id,
    serviceUid: replica.serviceUid,
    revision: spec?.revision ?? 0,
    models: spec?.models ?? [],
    modelsGeneration: spec?.modelsGeneration ?? 0,
    alive: vitals !== undefined,
    holdsDevices: vitals !== undefined || (await outlivesItself(replica, scripts)),
    state: state ?? null,
    host: spec?.listen.host ?? '127.0.0.1',
    pid: vitals === undefined ? null : (replica.process?.pid ?? null),
    memoryBytes: vitals === undefined ? null : vitals.residentBytes + (await scriptBytes(replica)),
    devices: spec?.devices ?? {},
    startedAt,
  };
}

/** The processes of a script in Python may have the devices of a replica that was killed for some seconds more. */
async function outlivesItself({ id, spec }: LocalReplica, scripts: ScriptProcesses): Promise<boolean> {
  const hasDevices = Object.keys(spec?.devices ?? {}).length > 0;
  return hasDevices && spec?.entry?.language === 'python' && (await scripts.areLeft(id));
}

/** A script in Python runs in processes of its own, whose memory is the replica's all the same. */
async function scriptBytes({ process, spec }: LocalReplica): Promise<number> {
  if (process === undefined || spec?.entry?.language !== 'python') return 0;
  return await childrenBytes(process.pid);
}

async function signal({ process }: LocalReplica, mode: 'drain' | 'kill'): Promise<void> {
  if (process !== undefined) await sendSignal(process, mode === 'drain' ? 'SIGTERM' : 'SIGKILL');
}

async function forget(home: HomePaths, { id, spec }: LocalReplica): Promise<void> {
  await endReplicaFolder(home, id);
  if (spec !== undefined) await pruneEnded(home, spec.authFile);
}

async function askReplica(
  home: HomePaths,
  replica: LocalReplica | undefined,
  id: string,
  request: 'status' | 'reload',
  timeoutMs: number,
): Promise<ReplicaState> {
  const state = await readJsonOfKind<ReplicaState>(home.replicaState(id), 'ReplicaState');
  const port = state?.adminPort ?? null;
  if (replica?.spec === undefined || port === null) {
    throw notListening(id);
  }
  const address = { what: `replica ${id}`, port, token: replica.spec.adminToken };
  return await askAdmin<ReplicaState>(address, request, timeoutMs);
}
