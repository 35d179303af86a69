import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, dirname, extname, join, resolve } from 'node:path';
import {
  DEFAULT_MAX_BODY_BYTES,
  DEFAULT_MAX_QUEUE_LENGTH,
  DEFAULT_ROLLOUT_TIMEOUT_SECONDS,
  DEFAULT_SCORING_TIMEOUT_MS,
  entryLanguage,
  entryScriptProblem,
  type ReplicaModel,
  type ReplicaSpec,
  type ServiceAuth,
  SlipwayError,
} from '@slipway/contract';
import { findProgram } from './find-program.ts';

/** What `slipway dev` was asked for. */
export interface DevOptions {
  readonly script: string;
  /** Files and folders of models. */
  readonly models: readonly string[];
  readonly port: number;
  readonly workers: number;
  /** Interpreter of a script in Python; `python3` of the PATH if it is left out. */
  readonly python?: string | undefined;
}

/** A replica that is ready to be started. */
export interface DevReplica {
  readonly spec: ReplicaSpec;
  readonly specFile: string;
  /** Folder of the script, which is watched. */
  readonly sourceDir: string;
}

/** A person at a keyboard waits for a breakpoint longer than a caller for an answer in the queue. */
const MAX_QUEUE_WAIT_MS = 60_000;

/** Of a script that is being worked on, nothing is worth a long wait. */
const DRAIN_GRACE_SECONDS = 3;

/** Instead of a digest: the model is what lies there now. */
const UNREGISTERED = 'unregistered';

const NO_AUTH: ServiceAuth = { kind: 'ServiceAuth', generation: 1, mode: 'none' };

/** Writes into `folder` what a replica of this script is started with. Throws `invalid_argument`, `not_found`. */
export async function writeDevFiles(folder: string, options: DevOptions): Promise<DevReplica> {
  const path = requireScript(options.script);
  const sourceDir = dirname(path);
  const modelsDir = join(folder, 'models');
  const models = await Promise.all(options.models.map((model) => placeModel(model, modelsDir)));
  requireDifferent(models);
  const spec = devSpec(folder, options, models, {
    language: entryLanguage(path),
    sourceDir,
    script: basename(path),
    interpreter: entryLanguage(path) === 'python' ? findProgram(options.python ?? 'python3') : null,
    workers: options.workers,
    modelsDir,
    env: {},
    encodeNumpy: false,
    startTimeoutMs: DEFAULT_ROLLOUT_TIMEOUT_SECONDS * 1000,
  });
  const specFile = join(folder, 'spec.json');
  await mkdir(modelsDir, { recursive: true });
  await writeFile(spec.authFile, JSON.stringify(NO_AUTH));
  await writeFile(specFile, JSON.stringify(spec), { mode: 0o600 });
  return { spec, specFile, sourceDir };
}

function requireScript(script: string): string {
  const path = resolve(script);
  if (!existsSync(path) || !statSync(path).isFile()) {
    throw new SlipwayError('not_found', `There is no script ${path}.`, { details: { field: 'script' } });
  }
  const problem = entryScriptProblem(basename(path));
  if (problem !== undefined) {
    throw new SlipwayError('invalid_argument', problem, { details: { field: 'script' } });
  }
  return path;
}

/** A model as a deployed script finds it: a file in the folder of its version, a folder below it under its own name. */
async function placeModel(model: string, modelsDir: string): Promise<ReplicaModel> {
  const path = resolve(model);
  if (!existsSync(path)) {
    throw new SlipwayError('not_found', `There is no model ${path}.`, { details: { field: 'model' } });
  }
  const isFolder = statSync(path).isDirectory();
  const name = modelName(isFolder ? basename(path) : basename(path, extname(path)));
  const folder = join(modelsDir, name, '1');
  await mkdir(folder, { recursive: true });
  await (isFolder ? linkFiles : symlink)(path, join(folder, basename(path)));
  return { name, version: 1, digest: UNREGISTERED, path: folder };
}

/** Folders of their own with links to the files: a walk through a folder does not follow links to others. */
async function linkFiles(from: string, to: string): Promise<void> {
  await mkdir(to);
  for (const entry of await readdir(from)) {
    const [source, link] = [join(from, entry), join(to, entry)];
    await (statSync(source).isDirectory() ? linkFiles : symlink)(source, link);
  }
}

/** What a registered model could be called: letters, digits, `-`, `_` and `.`. */
function modelName(file: string): string {
  return file.replaceAll(/[^A-Za-z0-9._-]/g, '-');
}

function requireDifferent(models: readonly ReplicaModel[]): void {
  const names = models.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new SlipwayError('invalid_argument', `Two models are called "${twice}": rename one.`, {
    details: { field: 'model' },
  });
}

function devSpec(
  folder: string,
  { script, port }: DevOptions,
  models: readonly ReplicaModel[],
  entry: ReplicaSpec['entry'],
): ReplicaSpec {
  return {
    kind: 'ReplicaSpec',
    replicaId: 'dev',
    service: modelName(basename(script, extname(script))),
    workspace: 'default',
    revision: 1,
    listen: { host: '127.0.0.1', port },
    adminToken: randomBytes(32).toString('base64url'),
    models,
    modelsGeneration: 1,
    allowModelControl: false,
    cpuCores: availableParallelism(),
    profile: 'latency',
    lane: 'auto',
    limits: {
      maxBodyBytes: DEFAULT_MAX_BODY_BYTES,
      maxConcurrentRequests: null,
      maxQueueLength: DEFAULT_MAX_QUEUE_LENGTH,
      maxQueueWaitMs: MAX_QUEUE_WAIT_MS,
      scoringTimeoutMs: DEFAULT_SCORING_TIMEOUT_MS,
      drainGraceSeconds: DRAIN_GRACE_SECONDS,
    },
    authFile: join(folder, 'auth.json'),
    stateFile: join(folder, 'state.json'),
    cacheDir: join(folder, 'cache'),
    logLevel: 'info',
    entry,
  };
}
