import type { ReplicaSpec, SlipwayError } from '@slipway/contract';
import type { Collection } from '../collection/collection.ts';
import type { Log } from '../data-plane/log.ts';
import type { VersionLoad } from '../data-plane/version-load.ts';
import type { CountedModel } from '../protocols/count.ts';
import { createEntryPool, type EntryPool, type EntryPoolOptions } from './entry-pool.ts';
import { createOutputLog } from './output.ts';
import type { EntrySpec } from './python-environment.ts';
import { workerStarter } from './worker-starter.ts';

/** The user's script as a replica serves it. */
export interface EntryService extends Omit<EntryPool, 'load'> {
  /** What its requests are counted as: the service, in this revision. */
  readonly counted: CountedModel;
  /** `name:version` of each model of the service. */
  readonly models: readonly string[];
  loads(): readonly VersionLoad[];
}

/** Prepares the script that a spec names; nothing runs before `start`. Throws `invalid_argument` for an entry that says too little. */
export function createEntryService(
  spec: ReplicaSpec & EntrySpec,
  log: Log,
  onHopeless: EntryPoolOptions['onHopeless'],
  collection?: Collection,
  environment: NodeJS.ProcessEnv = process.env,
): EntryService {
  const { entry, service: name, revision: version, limits } = spec;
  const output = createOutputLog(log);
  let isStuck = false;
  const onStuck = (error: SlipwayError) => {
    isStuck = true;
    onHopeless(error);
  };
  const startWorker = workerStarter(spec, { output, collection, environment, onStuck });
  const pool = createEntryPool({ workers: entry.workers, limits, log, onHopeless, startWorker });
  return {
    ...pool,
    counted: { name, version, signature: { inputs: [], outputs: [] } },
    models: spec.models.map((model) => `${model.name}:${model.version}`),
    loads: () => [{ name, version, ...pool.load() }],
    start() {
      // A thread has the directory of its process; a process of its own is started in it.
      if (entry.language === 'javascript') process.chdir(entry.sourceDir);
      return pool.start();
    },
    drain: async (signal) => {
      const isAnswered = await pool.drain(signal);
      output.close();
      return isAnswered && !isStuck;
    },
  };
}
