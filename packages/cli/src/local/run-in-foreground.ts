import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { ServerInfo } from '@slipway/contract';
import { collectLog } from './collect-log.ts';
import { humanLogLine } from './human-log.ts';
import { answering, type ServerArgs, startAttachedServer, startFailure } from './start-server.ts';

/** How much of the log is kept, to tell why a server did not start or did not go on. */
const KEPT_LINES = 100;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs a server with its log on standard output until it ends; Ctrl-C ends it, with gateway and replicas. */
export async function runInForeground(
  home: string,
  args: ServerArgs,
  started: (info: ServerInfo) => void,
): Promise<void> {
  const server = startAttachedServer(home, args);
  const log = collectLog([server.stdout, server.stderr], KEPT_LINES);
  const ended = once(server, 'close');
  const stopForwarding = forwardSignals(server);
  try {
    const info = await answering(home, server, () => ended.then(log.text));
    started(info);
    log.printTo((line) => process.stdout.write(`${humanLogLine(line)}\n`));
    await ended;
    if (server.exitCode !== 0) throw startFailure(log.text());
  } finally {
    stopForwarding();
  }
}

/** The server is in a session of its own: signals reach it only from here, and mean there what they mean to it. */
function forwardSignals(server: ChildProcess): () => void {
  const forward = (signal: NodeJS.Signals): void => {
    process.stderr.write('Stopping; once more to stop at once.\n');
    server.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, forward);
  return () => {
    for (const signal of SIGNALS) process.off(signal, forward);
  };
}
