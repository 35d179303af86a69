import { parseArgs } from 'node:util';
import { SlipwayError, toSlipwayError } from '@slipway/contract';
import { readJsonFile } from '@slipway/transport';
import { createLogger } from './observability/logger.ts';
import { createReplica, type Replica } from './replica.ts';
import { parseReplicaSpec } from './spec/replica-spec.ts';

/** Serves until it is told to stop; the exit code is 0 only after that. */
async function main(): Promise<void> {
  const file = specFile(process.argv.slice(2));
  const readSpec = async () => parseReplicaSpec(await readJsonFile(file), file);
  const spec = await readSpec();
  const log = createLogger(spec);
  const replica = createReplica(spec, readSpec, log);
  const stopped = stopSignal();
  process.on('uncaughtException', (error) => void exitFailed(replica, error));

  try {
    await Promise.race([replica.start(), stopped]);
    await stopped;
    if (!(await replica.stop())) endAtOnce();
  } catch (thrown) {
    await exitFailed(replica, thrown);
  }
  process.exit(0);
}

function specFile(args: string[]): string {
  const { values } = parseArgs({ args, options: { spec: { type: 'string' } } });
  if (values.spec !== undefined) return values.spec;
  throw new SlipwayError('invalid_argument', 'Say which spec to serve: --spec FILE.');
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
}

/** Ends the process with a thread still in a run: `process.exit` would wait for that thread. */
function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL');
}

async function exitFailed(replica: Replica, thrown: unknown): Promise<never> {
  await replica.fail(toSlipwayError(thrown));
  process.exit(1);
}

try {
  await main();
} catch (thrown) {
  process.stderr.write(`${toSlipwayError(thrown).message}\n`);
  process.exit(1);
}
