import type { Service } from '@slipway/contract/api';
import { examples, localCommand } from '../command-line/define.ts';
import { perform } from '../command-line/perform.ts';
import { answeringVersion } from '../local/control-plane.ts';
import { readServerInfo } from '../local/home.ts';
import { homeProcesses, isAlive } from '../local/processes.ts';
import { age, processes } from '../output/format.ts';
import { serviceTable } from '../output/service.ts';
import { details } from '../output/table.ts';

interface Status {
  readonly running: boolean;
  readonly home: string;
  readonly version?: string | undefined;
  readonly pid?: number | undefined;
  readonly url?: string | undefined;
  readonly gatewayUrl?: string | undefined;
  readonly startedAt?: string | undefined;
  /** Gateway and replicas. */
  readonly processes: readonly { readonly pid: number; readonly what: string }[];
  /** Of all workspaces. */
  readonly services: readonly Service[];
}

export function status() {
  return localCommand('status')
    .description(
      'Tells whether Slipway runs on this machine, and which services it has; exits 1 if it does not run.',
    )
    .addHelpText('after', examples('slipway status', 'slipway status --json'))
    .action((options) =>
      perform(options, async ({ home, output }) => {
        const found = await readStatus(home);
        output.result(found, describeStatus);
        if (!found.running) process.exitCode = 1;
      }),
    );
}

async function readStatus(home: string): Promise<Status> {
  const running = await homeProcesses(home);
  const info = readServerInfo(home);
  const version = info !== undefined && isAlive(info.pid) ? await answeringVersion(info.url) : undefined;
  if (info === undefined || version === undefined)
    return { running: false, home, processes: running, services: [] };
  const { pid, url, gatewayUrl, startedAt } = info;
  return {
    running: true,
    home,
    version,
    pid,
    url,
    gatewayUrl,
    startedAt,
    processes: running,
    services: await allServices(home),
  };
}

async function allServices(home: string): Promise<readonly Service[]> {
  const { connectControlPlane, Webservice } = await import('@slipway/sdk');
  const workspaces = await (await connectControlPlane({ home })).workspaces();
  const found = await Promise.all(workspaces.map((workspace) => Webservice.list({ workspace })));
  return found.flat().map((service) => service.toJSON());
}

function describeStatus(found: Status): string {
  const replicas = found.processes.filter(({ what }) => what === 'replica').length;
  if (!found.running) {
    const left = found.processes.length;
    return `Slipway does not run in ${found.home}.${left === 0 ? '' : ` Gateway and replicas go on without it: ${processes(left)}.`}`;
  }
  const facts = details({
    'Control plane': `${found.url} (pid ${found.pid}, version ${found.version})`,
    Gateway: found.gatewayUrl,
    Home: found.home,
    Up: found.startedAt === undefined ? undefined : age(found.startedAt),
    Replicas: String(replicas),
  });
  return `${facts}\n\n${serviceTable(found.services)}`;
}
