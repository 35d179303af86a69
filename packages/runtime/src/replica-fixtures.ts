import { hash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ReplicaLimits, ReplicaSpec, ReplicaState, ServiceAuth } from '@slipway/contract';
import {
  type StartedProcess,
  startProcess,
  type TestScope,
  temporaryFolder,
  waitFor,
} from '@slipway/testkit';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));

/** A replica as a test sees it: a process of its own in a folder of its own. */
export interface TestReplica {
  readonly folder: string;
  readonly process: StartedProcess;
  readonly port: number;
  readonly url: string;
  state(): Promise<ReplicaState>;
  admin(method: string, path: string, token?: string): Promise<Response>;
  score(body: string | Uint8Array, headers?: Record<string, string>): Promise<Response>;
}

export interface ReplicaSetUp {
  readonly model: Uint8Array;
  /** Its `signature.json`, where it has one. */
  readonly signature?: object;
  readonly auth?: ServiceAuth;
  readonly limits?: Partial<ReplicaLimits>;
  readonly spec?: Partial<ReplicaSpec>;
}

export const NO_AUTH: ServiceAuth = { kind: 'ServiceAuth', generation: 1, mode: 'none' };

/** A key file's content that lets these keys in. */
export function keyAuth(generation: number, ...keys: string[]): ServiceAuth {
  const salt = Buffer.from('a salt for tests');
  return {
    kind: 'ServiceAuth',
    generation,
    mode: 'key',
    keys: keys.map((key) => ({
      salt: salt.toString('base64'),
      digest: hash('sha256', Buffer.concat([salt, Buffer.from(key)]), 'base64'),
    })),
  };
}

/** Writes a replica's files into a new folder and returns its spec. */
export async function writeReplicaFiles(scope: TestScope, setUp: ReplicaSetUp): Promise<ReplicaSpec> {
  const folder = await temporaryFolder(scope);
  const spec = replicaSpec(folder, setUp);
  await mkdir(join(folder, 'model'));
  await writeFile(join(folder, 'model', 'model.onnx'), setUp.model);
  if (setUp.signature !== undefined) {
    await writeFile(join(folder, 'model', 'signature.json'), JSON.stringify(setUp.signature));
  }
  await writeFile(join(folder, 'auth.json'), JSON.stringify(setUp.auth ?? NO_AUTH));
  await writeFile(join(folder, 'spec.json'), JSON.stringify(spec));
  return spec;
}

/** Starts the process without waiting for anything. */
export function startReplicaProcess(scope: TestScope, spec: ReplicaSpec): Promise<StartedProcess> {
  const specFile = join(spec.stateFile, '..', 'spec.json');
  return startProcess(scope, process.execPath, ['--enable-source-maps', MAIN, '--spec', specFile]);
}

/** Starts a replica and waits until it is ready. */
export async function startReplica(scope: TestScope, setUp: ReplicaSetUp): Promise<TestReplica> {
  const spec = await writeReplicaFiles(scope, setUp);
  const started = await startReplicaProcess(scope, spec);
  const ready = await waitForPhase(spec, 'ready');
  const url = `http://127.0.0.1:${ready.port}`;
  return {
    folder: join(spec.stateFile, '..'),
    process: started,
    port: ready.port ?? 0,
    url,
    state: () => readState(spec),
    admin: (method, path, token = spec.adminToken) =>
      fetch(`http://127.0.0.1:${ready.adminPort}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}` },
      }),
    score: (body, headers = {}) =>
      fetch(`${url}/score`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...headers },
      }),
  };
}

/** Waits until the state file shows a phase. */
export function waitForPhase(spec: ReplicaSpec, phase: ReplicaState['phase']): Promise<ReplicaState> {
  return waitFor(
    async () => {
      const state = await readState(spec);
      return state.phase === phase && state;
    },
    { what: `the replica to be ${phase}`, timeoutMs: 20_000 },
  );
}

async function readState(spec: ReplicaSpec): Promise<ReplicaState> {
  return JSON.parse(await readFile(spec.stateFile, 'utf8'));
}

function replicaSpec(folder: string, { limits, spec }: ReplicaSetUp): ReplicaSpec {
  return {
    kind: 'ReplicaSpec',
    replicaId: 'replica-1',
    service: 'digits',
    workspace: 'default',
    revision: 1,
    listen: { host: '127.0.0.1', port: 0 },
    adminToken: 'admin-token-of-the-test',
    models: [{ name: 'digits', version: 3, digest: `sha256:${'0'.repeat(64)}`, path: join(folder, 'model') }],
    modelsGeneration: 1,
    allowModelControl: false,
    cpuCores: 1,
    profile: 'latency',
    lane: 'auto',
    limits: {
      maxBodyBytes: 1_000_000,
      maxConcurrentRequests: null,
      maxQueueLength: 100,
      maxQueueWaitMs: 500,
      scoringTimeoutMs: 10_000,
      drainGraceSeconds: 5,
      ...limits,
    },
    authFile: join(folder, 'auth.json'),
    stateFile: join(folder, 'state.json'),
    cacheDir: join(folder, 'cache'),
    logLevel: 'info',
    ...spec,
  };
}
