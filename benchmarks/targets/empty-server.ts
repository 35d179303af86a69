import { fileURLToPath } from 'node:url';
import { startProcess, type TestScope } from '@slipway/testkit';
import { httpCaller } from '../load/http-caller.ts';
import type { Address } from '../load/http-connection.ts';
import { postBytes } from '../load/request-bytes.ts';
import type { Workload } from '../workloads/workload.ts';
import type { Target } from './target.ts';

/** Servers that take the same requests and give answers of the same length, but do nothing with them. */
const MAINS = { 'empty server': 'empty-server-main.ts', 'node:http': 'node-http-main.ts' } as const;

/** Starts one of the servers that do nothing. */
export async function emptyServer(
  scope: TestScope,
  name: keyof typeof MAINS,
  workload: Workload,
  answerBytes: number,
): Promise<Target> {
  const main = fileURLToPath(new URL(MAINS[name], import.meta.url));
  const started = await startProcess(scope, process.execPath, [main, String(answerBytes)]);
  const port = Number((await started.waitForOutput(/listening on (\d+)/))[1]);
  const address: Address = { host: '127.0.0.1', port };
  const requests = workload.samples.map(({ json }) => postBytes(address, { path: '/score', key: '', json }));
  return { name, pid: started.pid, open: () => httpCaller(address, requests) };
}
