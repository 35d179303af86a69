import { connect } from 'node:net';
import { DEFAULT_API_PORT, DEFAULT_GATEWAY_PORT } from '@slipway/contract';
import { answeringVersion, answersHttp } from '../local/control-plane.ts';
import { readServerInfo } from '../local/home.ts';
import { homeProcesses, isAlive } from '../local/processes.ts';
import { VERSION } from '../version.ts';
import { type Finding, finding } from './check.ts';

/** Loopback refuses or accepts at once. */
const CONNECT_TIMEOUT_MS = 2_000;

/** What concerns the installation of this home: its server and gateway, or the ports that they will need. */
export async function checkInstallation(home: string): Promise<readonly Finding[]> {
  const info = readServerInfo(home);
  if (info === undefined || !isAlive(info.pid)) {
    return [
      finding('server', 'ok', 'No control plane is running: start it with "slipway up --detach".'),
      await checkPort('port', DEFAULT_API_PORT, '--port'),
      await checkPort('gateway port', DEFAULT_GATEWAY_PORT, '--gateway-port'),
      await checkLeftOver(home),
    ];
  }
  const version = await answeringVersion(info.url);
  return [serverFinding(info.url, info.pid, version), await gatewayFinding(info.gatewayUrl)];
}

function serverFinding(url: string, pid: number, version: string | undefined): Finding {
  if (version === undefined) {
    return finding('server', 'failed', `Process ${pid} does not answer at ${url}: look at its log.`);
  }
  return version === VERSION
    ? finding('server', 'ok', `Slipway ${version} answers at ${url}, pid ${pid}.`)
    : finding(
        'server',
        'warning',
        `Slipway ${version} runs, but this is ${VERSION}: run "slipway down --keep-services", then "slipway up --detach".`,
      );
}

async function gatewayFinding(url: string): Promise<Finding> {
  return (await answersHttp(url))
    ? finding('gateway', 'ok', `It answers at ${url}.`)
    : finding(
        'gateway',
        'failed',
        `Nothing answers at ${url}: look at gateway/gateway.log in the home folder.`,
      );
}

async function checkPort(check: string, port: number, option: string): Promise<Finding> {
  return (await isTaken(port))
    ? finding(check, 'warning', `Another program uses port ${port}: start with ${option}.`)
    : finding(check, 'ok', `Port ${port} is free.`);
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: CONNECT_TIMEOUT_MS });
    const answer = (taken: boolean) => () => {
      socket.destroy();
      resolve(taken);
    };
    socket.once('connect', answer(true)).once('error', answer(false)).once('timeout', answer(true));
  });
}

async function checkLeftOver(home: string): Promise<Finding> {
  const left = await homeProcesses(home);
  if (left.length === 0) return finding('processes', 'ok', 'No replica or gateway is left over.');
  const list = left.map(({ what, pid }) => `${what} ${pid}`).join(', ');
  return finding(
    'processes',
    'warning',
    `Without a control plane run: ${list}. "slipway up" takes them over, "slipway down" stops them.`,
  );
}
