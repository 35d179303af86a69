import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { type ServerInfo, toSlipwayError } from '@slipway/contract';
import { collectLog } from './collect-log.ts';
import { requestShutdown } from './control-plane.ts';
import { humanLogLine } from './human-log.ts';
import { answering, type ServerArgs, startAttachedServer, startFailure } from './start-server.ts';

/** How much of the log is kept, to tell why a server did not start or did not go on. */
const KEPT_LINES = 100;

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs a server with its log on standard output until it ends; a signal ends it, with gateway and replicas. */
export async function runInForeground(
  home: string,
  args: ServerArgs,
  started: (info: ServerInfo) => void,
): Promise<void> {
  const server = startAttachedServer(home, args);
  const log = collectLog([server.stdout, server.stderr], KEPT_LINES);
  const ended = once(server, 'close');
  const signals = stopOnSignals(home, server);
  try {
    const info = await answering(home, server, () => ended.then(log.text));
    signals.answers();
    started(info);
    log.printTo((line) => process.stdout.write(`${humanLogLine(line)}\n`));
    await ended;
    if (server.exitCode !== 0) throw startFailure(log.text());
  } finally {
    signals.off();
  }
}

/** The server is in a session of its own, so that Ctrl-C reaches it only through here. */
function stopOnSignals(home: string, server: ChildProcess): { answers(): void; off(): void } {
  let answers = false;
  const stop = (): void => {
    process.stderr.write('Stopping: replicas finish what they run.\n');
    if (!answers) server.kill('SIGTERM');
    else requestShutdown(home, 'stop').catch(forceStop);
  };
  const forceStop = (thrown: unknown): void => {
    process.stderr.write(`Error (unavailable): ${toSlipwayError(thrown).message}\n`);
    server.kill('SIGTERM');
  };
  for (const signal of STOP_SIGNALS) process.on(signal, stop);
  return {
    answers() {
      answers = true;
    },
    off() {
      for (const signal of STOP_SIGNALS) process.off(signal, stop);
    },
  };
}
