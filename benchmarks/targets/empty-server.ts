import { fileURLToPath } from 'node:url';
import { startProcess, type TestScope } from '@slipway/testkit';
import { httpCaller } from '../load/http-caller.ts';
import type { Address } from '../load/http-connection.ts';
import { postBytes } from '../load/request-bytes.ts';
import type { Workload } from '../workloads/workload.ts';
import type { Target } from './target.ts';

const MAIN = fileURLToPath(new URL('empty-server-main.ts', import.meta.url));

/** A server that takes the same requests and gives answers of the same length, but does nothing. */
export async function emptyServer(
  scope: TestScope,
  workload: Workload,
  answerBytes: number,
): Promise<Target> {
  const started = await startProcess(scope, process.execPath, [MAIN, String(answerBytes)]);
  const port = Number((await started.waitForOutput(/listening on (\d+)/))[1]);
  const address: Address = { host: '127.0.0.1', port };
  const requests = workload.samples.map(({ json }) => postBytes(address, { path: '/score', key: '', json }));
  return { name: 'empty server', open: () => httpCaller(address, requests) };
}
