import { realpathSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type EntryInit, type ReplicaSpec, SlipwayError } from '@slipway/contract';
import type { Collection } from '../collection/collection.ts';
import type { EntryPoolOptions } from './entry-pool.ts';
import { startThreadWorker, type ThreadWorkerOptions } from './javascript/thread-worker.ts';
import type { OutputLog } from './output.ts';
import { type EntrySpec, modelDir, pythonEnvironment, scriptEnvironment } from './python-environment.ts';
import { startPythonWorker } from './python-worker.ts';

/** What every worker of a script shares. */
export interface WorkerParts {
  readonly output: OutputLog;
  readonly collection: Collection | undefined;
  /** What the replica has found in its environment. */
  readonly environment: NodeJS.ProcessEnv;
  /** A thread cannot be ended. */
  readonly onStuck: ThreadWorkerOptions['onStuck'];
}

/** Megabytes (10^6 bytes) that the heap of a thread may have where the deployment sets no limit. */
const DEFAULT_HEAP_MB = 2_000;

/** How each worker of a script is started: a process for Python, a thread for JavaScript. Throws `invalid_argument`. */
export function workerStarter(
  spec: ReplicaSpec & EntrySpec,
  parts: WorkerParts,
): EntryPoolOptions['startWorker'] {
  return spec.entry.language === 'python' ? processStarter(spec, parts) : threadStarter(spec, parts);
}

function processStarter(
  spec: ReplicaSpec & EntrySpec,
  { output, collection, environment }: WorkerParts,
): EntryPoolOptions['startWorker'] {
  const { entry } = spec;
  const { interpreter, script, startTimeoutMs, sourceDir: cwd } = entry;
  if (interpreter === null) {
    throw new SlipwayError(
      'invalid_argument',
      'entry.interpreter must name the Python that runs the script.',
    );
  }
  const args = ['-m', 'slipway_entry'];
  const env = pythonEnvironment(spec, environment);
  const onCollect = collectInto(collection);
  const options = { interpreter, args, cwd, env, script, startTimeoutMs, output, onCollect };
  return (signal) => startPythonWorker(options, signal);
}

function threadStarter(
  spec: ReplicaSpec & EntrySpec,
  { output, collection, environment, onStuck }: WorkerParts,
): EntryPoolOptions['startWorker'] {
  const { entry } = spec;
  // Node names modules by their real path.
  const sourceDir = realpathSync(entry.sourceDir);
  const options: ThreadWorkerOptions = {
    env: scriptEnvironment(spec, environment),
    script: entry.script,
    scriptPath: join(sourceDir, entry.script),
    packagesDir: entry.packagesDir ?? null,
    purpose: { kind: 'service', init: initOf(spec, sourceDir) },
    threads: Math.max(1, Math.floor(Math.min(spec.cpuCores, availableParallelism()) / entry.workers)),
    heapMb: entry.heapMb ?? DEFAULT_HEAP_MB,
    moreHeap: 'raise memoryGbLimit of the deployment, of which each worker has its share',
    startTimeoutMs: entry.startTimeoutMs,
    output,
    onCollect: collectInto(collection),
    onStuck,
  };
  return (signal) => startThreadWorker(options, signal);
}

function collectInto(collection: Collection | undefined): ThreadWorkerOptions['onCollect'] {
  return collection && ((message, rows) => collection.collected({ ...message, rows }));
}

function initOf(spec: ReplicaSpec & EntrySpec, sourceDir: string): EntryInit {
  const { service, workspace, revision } = spec;
  const models = spec.models.map(({ name, version }) => ({
    name,
    version,
    path: join(spec.entry.modelsDir, name, String(version)),
  }));
  return { modelDir: modelDir(spec), models, sourceDir, service, workspace, revision };
}
