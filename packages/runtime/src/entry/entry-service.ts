import { type ReplicaSpec, SlipwayError } from '@slipway/contract';
import type { Collection } from '../collection/collection.ts';
import type { Log } from '../data-plane/log.ts';
import type { VersionLoad } from '../data-plane/version-load.ts';
import type { CountedModel } from '../protocols/count.ts';
import { createEntryPool, type EntryPool, type EntryPoolOptions } from './entry-pool.ts';
import { createOutputLog } from './output.ts';
import { type EntrySpec, pythonEnvironment } from './python-environment.ts';
import { startPythonWorker } from './python-worker.ts';

/** The user's script as a replica serves it. */
export interface EntryService extends Omit<EntryPool, 'load'> {
  /** What its requests are counted as: the service, in this revision. */
  readonly counted: CountedModel;
  loads(): readonly VersionLoad[];
}

/** Prepares the script that a spec names; nothing runs before `start`. Throws `unsupported` for a language that is not served. */
export function createEntryService(
  spec: ReplicaSpec & EntrySpec,
  log: Log,
  onHopeless: EntryPoolOptions['onHopeless'],
  collection?: Collection,
  environment: NodeJS.ProcessEnv = process.env,
): EntryService {
  const { entry, service: name, revision: version, limits } = spec;
  const interpreter = pythonOf(entry);
  const output = createOutputLog(log);
  const env = pythonEnvironment(spec, environment);
  const pool = createEntryPool({
    workers: entry.workers,
    limits,
    log,
    onHopeless,
    startWorker: (signal) =>
      startPythonWorker(
        {
          interpreter,
          args: ['-m', 'slipway_entry'],
          cwd: entry.sourceDir,
          env,
          script: entry.script,
          startTimeoutMs: entry.startTimeoutMs,
          output,
          onCollect: collection && ((message, rows) => collection.collected({ ...message, rows })),
        },
        signal,
      ),
  });
  return {
    ...pool,
    counted: { name, version, signature: { inputs: [], outputs: [] } },
    loads: () => [{ name, version, ...pool.load() }],
    drain: async (signal) => {
      const isAnswered = await pool.drain(signal);
      output.close();
      return isAnswered;
    },
  };
}

function pythonOf({ language, interpreter }: EntrySpec['entry']): string {
  if (language !== 'python') {
    throw new SlipwayError(
      'unsupported',
      'Entry scripts in JavaScript are not served yet; write it in Python.',
    );
  }
  if (interpreter !== null) return interpreter;
  throw new SlipwayError('invalid_argument', 'entry.interpreter must name the Python that runs the script.');
}
