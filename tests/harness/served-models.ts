import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  DEFAULT_DRAIN_GRACE_SECONDS,
  DEFAULT_MAX_BODY_BYTES,
  DEFAULT_MAX_QUEUE_LENGTH,
  DEFAULT_SCORING_TIMEOUT_MS,
  type GatewayConfig,
  type GatewayRoutes,
  type ReplicaLimits,
  type ReplicaSpec,
  type ServiceAuth,
} from '@slipway/contract';
import {
  type StartedProcess,
  startProcess,
  type TestScope,
  temporaryFolder,
  waitFor,
} from '@slipway/testkit';

const RUNTIME_MAIN = fileURLToPath(import.meta.resolve('@slipway/runtime/main'));
const GATEWAY_MAIN = fileURLToPath(import.meta.resolve('@slipway/gateway/main'));

const HOST = '127.0.0.1';

/** A process that has not said that it is ready after so many milliseconds will not. */
const START_TIMEOUT_MS = 60_000;

/** On a machine that tests other things at the same time, nobody is to be refused for having waited. */
const MAX_QUEUE_WAIT_MS = 20_000;

/** A model as bytes. */
export interface ModelFile {
  readonly name: string;
  readonly version: number;
  readonly labels?: readonly string[] | undefined;
  readonly onnx: Uint8Array;
  /** Its `signature.json`, where it has one. */
  readonly signature?: unknown;
}

export interface ServiceSetUp {
  readonly service: string;
  readonly models: readonly ModelFile[];
  readonly limits?: Partial<ReplicaLimits>;
  readonly spec?: Partial<ReplicaSpec>;
  /** File of the replica to start, where it is not the one of this repository. */
  readonly runtimeMain?: string;
  /** Options of Node for both processes. */
  readonly nodeOptions?: readonly string[];
}

/** One replica and the gateway before it, in processes of their own, without a control plane. */
export interface ServedModels {
  readonly service: string;
  readonly key: string;
  readonly replica: ServingProcess;
  readonly gateway: ServingProcess;
}

/** A process and the port on which it is asked. */
export interface ServingProcess {
  readonly process: StartedProcess;
  readonly port: number;
  readonly adminPort: number;
  readonly adminToken: string;
}

/** Serves models until the test ends. The first one is the default. */
export async function serveModels(scope: TestScope, setUp: ServiceSetUp): Promise<ServedModels> {
  const folder = await temporaryFolder(scope);
  const key = randomBytes(24).toString('base64url');
  const limits = completeLimits(setUp.limits);
  const replica = await startReplica(scope, folder, { ...setUp, key, limits });
  const gateway = await startGateway(scope, folder, { ...setUp, port: replica.port, limits });
  return { service: setUp.service, key, replica, gateway };
}

function completeLimits(limits: Partial<ReplicaLimits> | undefined): ReplicaLimits {
  return {
    maxBodyBytes: DEFAULT_MAX_BODY_BYTES,
    maxConcurrentRequests: null,
    maxQueueLength: DEFAULT_MAX_QUEUE_LENGTH,
    maxQueueWaitMs: MAX_QUEUE_WAIT_MS,
    scoringTimeoutMs: DEFAULT_SCORING_TIMEOUT_MS,
    drainGraceSeconds: DEFAULT_DRAIN_GRACE_SECONDS,
    ...limits,
  };
}

async function startReplica(
  scope: TestScope,
  folder: string,
  {
    service,
    models,
    limits,
    key,
    spec,
    runtimeMain = RUNTIME_MAIN,
    nodeOptions = [],
  }: ServiceSetUp & { key: string; limits: ReplicaLimits },
): Promise<ServingProcess> {
  const complete: ReplicaSpec = {
    kind: 'ReplicaSpec',
    replicaId: `${service}-1`,
    service,
    workspace: 'default',
    revision: 1,
    listen: { host: HOST, port: 0 },
    adminToken: randomBytes(24).toString('base64url'),
    models: await Promise.all(models.map((model) => writeModel(folder, model))),
    modelsGeneration: 1,
    allowModelControl: false,
    cpuCores: 1,
    profile: 'latency',
    lane: 'auto',
    limits,
    authFile: await writeJson(join(folder, 'auth.json'), authOf(key)),
    stateFile: join(folder, 'replica-state.json'),
    cacheDir: join(folder, 'cache'),
    logLevel: 'info',
    ...spec,
  };
  const specFile = await writeJson(join(folder, 'spec.json'), complete);
  return await startServing(scope, [...nodeOptions, runtimeMain, '--spec', specFile], complete);
}

/** Writes a model's folder as the control plane would. */
async function writeModel(
  folder: string,
  { name, version, labels = [], onnx, signature }: ModelFile,
): Promise<ReplicaSpec['models'][number]> {
  const path = join(folder, `${name}-${version}`);
  await mkdir(path);
  await writeFile(join(path, 'model.onnx'), onnx);
  if (signature !== undefined) await writeJson(join(path, 'signature.json'), signature);
  const digest = createHash('sha256').update(onnx).digest('hex');
  return { name, version, digest: `sha256:${digest}`, path, labels };
}

function authOf(key: string): ServiceAuth {
  const salt = randomBytes(16);
  const digest = createHash('sha256').update(salt).update(key).digest('base64');
  const keys = [{ salt: salt.toString('base64'), digest }];
  return { kind: 'ServiceAuth', generation: 1, mode: 'key', keys };
}

async function startGateway(
  scope: TestScope,
  folder: string,
  { service, models, limits, port, nodeOptions = [] }: ServiceSetUp & { limits: ReplicaLimits; port: number },
): Promise<ServingProcess> {
  const { scoringTimeoutMs, maxBodyBytes, drainGraceSeconds } = limits;
  const replicas = [{ replicaId: `${service}-1`, host: HOST, port }];
  const names = [...new Set(models.map(({ name }) => name))];
  const routes: GatewayRoutes = {
    kind: 'GatewayRoutes',
    generation: 1,
    services: [{ name: service, models: names, scoringTimeoutMs, maxBodyBytes, replicas }],
  };
  const config: GatewayConfig = {
    kind: 'GatewayConfig',
    listen: { host: HOST, port: 0 },
    tls: null,
    adminToken: randomBytes(24).toString('base64url'),
    routesFile: await writeJson(join(folder, 'routes.json'), routes),
    stateFile: join(folder, 'gateway-state.json'),
    maxBodyBytes: DEFAULT_MAX_BODY_BYTES,
    drainGraceSeconds,
  };
  const configFile = await writeJson(join(folder, 'config.json'), config);
  return await startServing(scope, [...nodeOptions, GATEWAY_MAIN, '--config', configFile], config);
}

async function writeJson(path: string, value: unknown): Promise<string> {
  await writeFile(path, JSON.stringify(value), { mode: 0o600 });
  return path;
}

/** Starts a process and waits until it says in its state file that it is ready; throws what it wrote if it ends. */
async function startServing(
  scope: TestScope,
  args: readonly string[],
  { stateFile, adminToken }: { readonly stateFile: string; readonly adminToken: string },
): Promise<ServingProcess> {
  const started = await startProcess(scope, process.execPath, ['--enable-source-maps', ...args]);
  const ended = started.exit.then(() => {
    throw new Error(`It ended at once:\n${started.stdout()}${started.stderr()}`);
  });
  const ready = waitFor(() => readyPorts(stateFile), {
    what: `${stateFile} to say that it is ready`,
    timeoutMs: START_TIMEOUT_MS,
  });
  const { port, adminPort } = await Promise.race([ready, ended]);
  ended.catch(() => undefined);
  return { process: started, port, adminPort, adminToken };
}

async function readyPorts(stateFile: string): Promise<{ port: number; adminPort: number } | undefined> {
  const { phase, port, adminPort } = JSON.parse(await readFile(stateFile, 'utf8'));
  return phase === 'ready' ? { port, adminPort } : undefined;
}
