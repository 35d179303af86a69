import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { freePort, startProcess, type TestScope, temporaryFolder, waitFor } from '@slipway/testkit';
import { pythonEnvironment } from '../../tests/harness/python-environment.ts';
import { httpCaller, onceCaller } from '../load/http-caller.ts';
import type { Address } from '../load/http-connection.ts';
import { postBytes } from '../load/request-bytes.ts';
import { startScriptReplica } from '../targets/replica.ts';
import { HOST } from '../targets/service-files.ts';
import type { Target } from '../targets/target.ts';

/** As little as a script can do. */
const SCRIPT = 'def init():\n    pass\n\n\ndef run(data):\n    return data\n';
const SCRIPT_NAME = 'score.py';

/** An image of 28 x 28 as text, which is what the example of the GPU flow sends. */
const BODY = JSON.stringify({ data: [Array.from({ length: 784 }, (_, index) => (index % 17) / 16)] });

const LOCK = join(import.meta.dirname, 'requirements.lock');

/**
 * A replica and the public server, each with the script in so many processes of one Python. The public server closes the
 * connection after each answer, so the replica is asked in that way too.
 */
export async function openEntryTargets(scope: TestScope, workers: number): Promise<readonly Target[]> {
  const sourceDir = await temporaryFolder(scope);
  await writeFile(join(sourceDir, SCRIPT_NAME), SCRIPT);
  const python = await pythonEnvironment(scope, {
    locks: [LOCK],
    fill: ({ pip }) => pip('install', '--require-hashes', '--prefer-binary', '-r', LOCK),
  });
  const replica = await startReplica(scope, sourceDir, python, workers);
  const stock = await startStock(scope, sourceDir, python, workers);
  return [
    { ...replica, name: 'slipway', open: () => httpCaller(replica.address, [replica.request]) },
    {
      ...replica,
      name: 'slipway, a connection each',
      open: async () => onceCaller(replica.address, [replica.request]),
    },
    { ...stock, name: 'azmlinfsrv', open: async () => onceCaller(stock.address, [stock.request]) },
  ];
}

interface Served {
  readonly address: Address;
  readonly request: Buffer;
}

async function startReplica(
  scope: TestScope,
  sourceDir: string,
  python: string,
  workers: number,
): Promise<Served> {
  const { address, key } = await startScriptReplica(scope, await temporaryFolder(scope), {
    language: 'python',
    sourceDir,
    script: SCRIPT_NAME,
    interpreter: python,
    workers,
    modelsDir: sourceDir,
    env: {},
    encodeNumpy: false,
    startTimeoutMs: 60_000,
  });
  return { address, request: postBytes(address, { path: '/score', key, json: BODY }) };
}

/** Its command as its package has it, but for what it prints of each request, which nobody reads here. */
async function startStock(
  scope: TestScope,
  sourceDir: string,
  python: string,
  workers: number,
): Promise<Served> {
  const address = { host: HOST, port: await freePort() };
  const home = join(sourceDir, 'home');
  await mkdir(home);
  const bin = dirname(python);
  const options = {
    entry_script: SCRIPT_NAME,
    port: address.port,
    health_port: await freePort(),
    worker_count: workers,
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const command = ['-m', 'azureml_inference_server_http.amlserver', ...args];
  await startProcess(scope, python, command, {
    cwd: sourceDir,
    env: { HOME: home, PATH: [bin, process.env['PATH']].join(delimiter), AML_APP_INSIGHTS_ENABLED: 'false' },
  });
  await waitFor(() => isHealthy(address), { what: 'the public server to be healthy', timeoutMs: 60_000 });
  return { address, request: postBytes(address, { path: '/score', key: 'none', json: BODY }) };
}

async function isHealthy({ host, port }: Address): Promise<boolean> {
  try {
    return (await fetch(`http://${host}:${port}/`)).ok;
  } catch {
    return false;
  }
}
