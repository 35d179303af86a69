import { SlipwayError } from '@slipway/contract';
import { examples, localCommand } from '../command-line/define.ts';
import { perform } from '../command-line/perform.ts';
import { requestShutdown } from '../local/control-plane.ts';
import { readServerInfo } from '../local/home.ts';
import { homeProcesses, isAlive, mentionsHome, waitForEnd } from '../local/processes.ts';
import { processes } from '../output/format.ts';
import type { Progress } from '../output/progress.ts';

/** Replicas may finish what they run: the grace of the contract's default, and a little for the rest. */
const STOP_TIMEOUT_MS = 45_000;
const KILL_TIMEOUT_MS = 5_000;

interface Stopped {
  /** Processes that have ended. */
  readonly stopped: readonly number[];
  /** Replicas and gateway that go on without a control plane. */
  readonly kept: readonly number[];
}

export function down() {
  return localCommand('down')
    .description('Stops Slipway on this machine: control plane, gateway and all replicas.')
    .option('--keep-services', 'stop the control plane only: gateway and replicas go on answering')
    .addHelpText('after', examples('slipway down', 'slipway down --keep-services'))
    .action((options) =>
      perform(options, async ({ home, output, progress }) => {
        const keep = options.keepServices === true;
        output.result(await stopHome(home, keep, progress), (stopped) => describeStopped(home, stopped));
      }),
    );
}

async function stopHome(home: string, keep: boolean, progress: Progress): Promise<Stopped> {
  const others = (await homeProcesses(home)).map(({ pid }) => pid);
  const server = await stopServer(home, keep, progress);
  if (keep) return { stopped: server, kept: others };
  // Those of a server that was killed are nobody's to stop but ours; those of a live one have ended with it.
  await stopProcesses(
    (await homeProcesses(home)).map(({ pid }) => pid),
    progress,
  );
  return { stopped: [...server, ...others], kept: [] };
}

async function stopServer(home: string, keep: boolean, progress: Progress): Promise<number[]> {
  const info = readServerInfo(home);
  if (info === undefined || !isAlive(info.pid)) return [];
  progress.show(keep ? 'Stopping the control plane' : 'Stopping: replicas finish what they run');
  await requestShutdown(home, keep ? 'keep' : 'stop').catch(async (thrown: unknown) => {
    // It hangs, or its certificate is not trusted here. The signals mean the same; a number alone could be anybody's.
    if (!(await mentionsHome(info.pid, home))) throw thrown;
    signal(info.pid, keep ? 'SIGTERM' : 'SIGINT');
  });
  if (await waitForEnd([info.pid], STOP_TIMEOUT_MS)) return [info.pid];
  throw new SlipwayError(
    'deadline_exceeded',
    `The control plane (pid ${info.pid}) still runs after ${STOP_TIMEOUT_MS / 1000} s: look at its log, then kill it.`,
  );
}

async function stopProcesses(pids: readonly number[], progress: Progress): Promise<void> {
  if (pids.length === 0) return;
  progress.show('Stopping gateway and replicas');
  for (const pid of pids) signal(pid, 'SIGTERM');
  if (await waitForEnd(pids, STOP_TIMEOUT_MS)) return;
  for (const pid of pids) signal(pid, 'SIGKILL');
  await waitForEnd(pids, KILL_TIMEOUT_MS);
}

function signal(pid: number, name: NodeJS.Signals): void {
  if (isAlive(pid)) process.kill(pid, name);
}

function describeStopped(home: string, { stopped, kept }: Stopped): string {
  const going = kept.length === 0 ? '' : ` Gateway and replicas go on: ${processes(kept.length)}.`;
  return stopped.length === 0
    ? `Nothing of ${home} was running.${going}`
    : `Slipway has stopped: ${processes(stopped.length)}.${going}`;
}
