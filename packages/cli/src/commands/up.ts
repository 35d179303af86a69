import { Option } from '@commander-js/extra-typings';
import { DEFAULT_API_PORT, DEFAULT_GATEWAY_PORT, type ServerInfo } from '@slipway/contract';
import type { ComputeUpdate } from '@slipway/contract/api';
import { examples, localCommand } from '../command-line/define.ts';
import { declaredDevices, port } from '../command-line/parsers.ts';
import { perform } from '../command-line/perform.ts';
import { runInForeground } from '../local/run-in-foreground.ts';
import { startDetachedServer } from '../local/start-server.ts';
import { details } from '../output/table.ts';

interface UpOptions {
  readonly port?: number | undefined;
  readonly gatewayPort?: number | undefined;
  readonly host?: string | undefined;
  readonly gatewayHost?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly publicHost?: string | undefined;
  readonly device?: ComputeUpdate['devices'] | undefined;
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
    .option('--public-host <name>', 'name that clients call this machine by; needed with 0.0.0.0 or ::')
    .option(
      '--device <class=count>',
      'devices that this machine has, such as fpga=1, or auto for those that are found; kept, may be repeated',
      declaredDevices,
    )
    .addHelpText(
      'after',
      examples('slipway up --detach', 'slipway up --port 0 --gateway-port 0 --home /tmp/try'),
    )
    .action((options) =>
      perform(options, async ({ home, output, progress }) => {
        progress.show('Starting Slipway');
        if (options.detach === undefined) {
          return runInForeground(home, serverArgs(options), (info) => {
            progress.clear();
            process.stderr.write(`${describeServer(info)}\n\nCtrl-C stops it, with all services.\n`);
          });
        }
        output.result(await startDetachedServer(home, serverArgs(options)), describeServer);
      }),
    );
}

function serverArgs(options: UpOptions): string[] {
  const named = {
    '--port': options.port,
    '--gateway-port': options.gatewayPort,
    '--host': options.host,
    '--gateway-host': options.gatewayHost,
    '--tls-cert': options.tlsCert,
    '--tls-key': options.tlsKey,
    '--public-host': options.publicHost,
  };
  const devices = Object.entries(options.device ?? {});
  return [
    ...Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)])),
    ...devices.flatMap(([name, count]) => ['--device', `${name}=${count ?? 'auto'}`]),
  ];
}

function describeServer(info: ServerInfo): string {
  return `Slipway is running.\n\n${details({
    'Control plane': `${info.url} (pid ${info.pid})`,
    Gateway: info.gatewayUrl,
    Home: info.home,
  })}`;
}
