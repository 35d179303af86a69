import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Option } from '@commander-js/extra-typings';
import { DEFAULT_API_PORT, DEFAULT_GATEWAY_PORT, type ServerInfo, SlipwayError } from '@slipway/contract';
import { examples, localCommand } from '../command-line/define.ts';
import { port } from '../command-line/parsers.ts';
import { perform } from '../command-line/perform.ts';
import { requestShutdown } from '../local/control-plane.ts';
import { humanLogLine } from '../local/human-log.ts';
import { answering, startAttachedServer, startDetachedServer, startFailure } from '../local/start-server.ts';
import { details } from '../output/table.ts';

/** How much of the log of a server in the foreground is kept, to tell why it did not start. */
const KEPT_LINES = 100;

interface UpOptions {
  readonly port?: number | undefined;
  readonly gatewayPort?: number | undefined;
  readonly host?: string | undefined;
  readonly gatewayHost?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
}

export function up() {
  return localCommand('up')
    .description('Starts Slipway on this machine: the control plane and the gateway.')
    .option('-d, --detach', 'return when it answers, and leave it running')
    .addOption(
      new Option('--port <port>', `port of the control plane (default: ${DEFAULT_API_PORT})`)
        .env('SLIPWAY_PORT')
        .argParser(port),
    )
    .addOption(
      new Option('--gateway-port <port>', `port of the gateway (default: ${DEFAULT_GATEWAY_PORT})`)
        .env('SLIPWAY_GATEWAY_PORT')
        .argParser(port),
    )
    .option('--host <address>', 'address the control plane listens at; beyond loopback only with TLS')
    .option('--gateway-host <address>', 'address the gateway listens at')
    .option('--tls-cert <file>', 'certificate chain in PEM for both ports')
    .option('--tls-key <file>', 'its private key in PEM')
    .addHelpText(
      'after',
      examples('slipway up --detach', 'slipway up --port 0 --gateway-port 0 --home /tmp/try'),
    )
    .action((options) =>
      perform(options, async ({ home, output, progress }) => {
        progress.show('Starting Slipway');
        if (options.detach === undefined) return runInForeground(home, options);
        output.result(await startDetachedServer(home, serverArgs(options)), describeServer);
      }),
    );
}

/** Runs until the server ends; Ctrl-C ends it, with gateway and replicas. */
async function runInForeground(home: string, options: UpOptions): Promise<void> {
  const server = startAttachedServer(home, serverArgs(options));
  const log = collectLog([server.stdout, server.stderr]);
  const ended = once(server, 'close');
  const readLog = async () => {
    await ended;
    return log.lines().join('\n');
  };
  const info = await answering(home, server, readLog);
  process.stderr.write(`${describeServer(info)}\nCtrl-C stops it, with all services.\n`);
  log.printTo((line) => process.stdout.write(`${humanLogLine(line)}\n`));
  stopOnSignals(info);
  await ended;
  if (server.exitCode !== 0) throw startFailure(await readLog());
}

/** The last lines of some streams; once `printTo` is called, these and all that follow are printed. */
function collectLog(streams: readonly (Readable | null)[]) {
  const kept: string[] = [];
  let print: ((line: string) => void) | undefined;
  for (const stream of streams) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      kept.push(line);
      if (kept.length > KEPT_LINES) kept.shift();
      print?.(line);
    });
  }
  return {
    lines: (): readonly string[] => kept,
    printTo(sink: (line: string) => void): void {
      kept.forEach(sink);
      print = sink;
    },
  };
}

function stopOnSignals(info: ServerInfo): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      process.stderr.write('Stopping; once more to stop waiting.\n');
      requestShutdown(info.home, 'stop').catch((thrown: unknown) => {
        const reason = thrown instanceof SlipwayError ? thrown.message : String(thrown);
        process.stderr.write(`Error (unavailable): ${reason}\n`);
        process.kill(info.pid, 'SIGTERM');
      });
    });
  }
}

function serverArgs(options: UpOptions): string[] {
  const named = {
    '--port': options.port,
    '--gateway-port': options.gatewayPort,
    '--host': options.host,
    '--gateway-host': options.gatewayHost,
    '--tls-cert': options.tlsCert,
    '--tls-key': options.tlsKey,
  };
  return Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)]));
}

function describeServer(info: ServerInfo): string {
  return `Slipway is running.\n${details({
    'Control plane': `${info.url} (pid ${info.pid})`,
    Gateway: info.gatewayUrl,
    Home: info.home,
  })}`;
}
