import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { SlipwayError, toSlipwayError } from '@slipway/contract';
import { collectLog } from '../local/collect-log.ts';
import { humanLogLine } from '../local/human-log.ts';
import { type DevOptions, type DevReplica, writeDevFiles } from './dev-files.ts';
import { type DevProcess, startDevProcess } from './dev-process.ts';
import { watchSources } from './watch-sources.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Lines that are kept until it is ready. */
const KEPT_LINES = 1_000;

/** Runs one replica of a script, loads it again when its folder changes, and ends with Ctrl-C. Throws what keeps it from starting. */
export async function runDev(options: DevOptions): Promise<void> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'slipway-dev-')));
  try {
    const replica = await writeDevFiles(folder, options);
    await serve(replica, startDevProcess(replica));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function serve(replica: DevReplica, running: DevProcess): Promise<void> {
  const stopForwarding = endWithThis(running);
  collectLog(running.output, KEPT_LINES).printTo((line) => process.stdout.write(`${humanLogLine(line)}\n`));
  try {
    const { port } = await running.ready();
    say(howToCall(replica, port));
    const ending = new AbortController();
    void running.ended.then(() => ending.abort());
    await watchSources(replica.sourceDir, () => reload(replica, running), ending.signal);
    if ((await running.ended) !== 0) throw lost();
  } catch (thrown) {
    running.stop();
    await running.ended;
    throw thrown;
  } finally {
    stopForwarding();
  }
}

async function reload({ spec }: DevReplica, running: DevProcess): Promise<void> {
  const script = spec.entry?.script ?? '';
  try {
    await running.renew();
    say(`✔ ${script} was loaded again.`);
  } catch (thrown) {
    say(`✖ ${script} was not loaded again, and what ran before goes on. ${toSlipwayError(thrown).message}`);
  }
}

function howToCall({ spec, sourceDir }: DevReplica, port: number | null): string {
  const url = `http://127.0.0.1:${port}/score`;
  return [
    `${basename(spec.entry?.script ?? '')} is served at ${url}`,
    '',
    `  curl ${url} -H 'Content-Type: application/json' -d '{}'`,
    '',
    `It is loaded again when a file in ${sourceDir} changes. Ctrl-C ends it.`,
  ].join('\n');
}

function lost(): SlipwayError {
  return new SlipwayError('internal', 'The replica has ended; what it said stands above.');
}

function endWithThis(running: DevProcess): () => void {
  for (const signal of SIGNALS) process.on(signal, running.stop);
  return () => {
    for (const signal of SIGNALS) process.off(signal, running.stop);
  };
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
