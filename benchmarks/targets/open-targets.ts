import assert from 'node:assert/strict';
import { type TestScope, temporaryFolder } from '@slipway/testkit';
import { InferenceSession } from 'onnxruntime-node';
import { httpCaller } from '../load/http-caller.ts';
import { type Address, openConnection } from '../load/http-connection.ts';
import { postBytes } from '../load/request-bytes.ts';
import type { Workload } from '../workloads/workload.ts';
import { bareRun } from './bare-run.ts';
import { emptyServer } from './empty-server.ts';
import { startGateway } from './gateway.ts';
import { type Histogram, parseOwnTime } from './own-time.ts';
import { startReplica } from './replica.ts';
import { SERVICE } from './service-files.ts';
import type { Target, TargetName } from './target.ts';

const REPLICA_PATH = '/score';
const GATEWAY_PATH = `/api/v1/service/${SERVICE}/score`;

/** Answers may differ in the last bits, because runs may be shared and graphs are optimized. */
const TOLERANCE = 1e-4;

/** Starts everything that a workload is measured on, and makes sure that all of it gives the right answers. */
export async function openTargets(scope: TestScope, workload: Workload): Promise<Target[]> {
  const folder = await temporaryFolder(scope);
  const replica = await startReplica(scope, folder, workload);
  const gateway = await startGateway(scope, folder, replica.address);
  const served = [
    {
      ...httpTarget('replica', replica, REPLICA_PATH, replica.key, workload),
      ownTime: () => readOwnTime(replica.address),
    },
    httpTarget('gateway', gateway, GATEWAY_PATH, replica.key, workload),
  ];
  const expected = await expectedAnswers(workload);
  const sizes = [];
  for (const target of served) sizes.push(await checkAnswers(target, workload, expected));
  const [answerBytes = 0] = sizes;
  return [
    await bareRun(scope, workload),
    await emptyServer(scope, 'empty server', workload, answerBytes),
    await emptyServer(scope, 'node:http', workload, answerBytes),
    ...served,
  ];
}

interface HttpTarget extends Target {
  readonly address: Address;
  readonly requests: readonly Buffer[];
}

function httpTarget(
  name: TargetName,
  { address, pid }: { readonly address: Address; readonly pid: number },
  path: string,
  key: string,
  { samples }: Workload,
): HttpTarget {
  const requests = samples.map(({ json }) => postBytes(address, { path, key, json }));
  return { name, pid, address, requests, open: () => httpCaller(address, requests) };
}

async function readOwnTime({ host, port }: Address): Promise<Histogram> {
  const answer = await fetch(`http://${host}:${port}/metrics`);
  return parseOwnTime(await answer.text());
}

async function expectedAnswers({ model, samples, output }: Workload): Promise<number[][]> {
  const session = await InferenceSession.create(model);
  const answers: number[][] = [];
  for (const { feeds } of samples) {
    const data = (await session.run(feeds))[output]?.data;
    answers.push(Array.from(data as Float32Array));
  }
  await session.release();
  return answers;
}

/** Bytes of the first answer's body. */
async function checkAnswers(target: HttpTarget, { output }: Workload, expected: number[][]): Promise<number> {
  const connection = await openConnection(target.address);
  let size = 0;
  for (const [index, request] of target.requests.entries()) {
    const { status, body } = await connection.exchange(request);
    assert.equal(status, 200, `${target.name} answered ${status}: ${body}`);
    const [row] = JSON.parse(body.toString()).outputs[output];
    assertClose(row, expected[index] ?? [], `${target.name}, sample ${index}`);
    if (index === 0) size = body.length;
  }
  connection.close();
  return size;
}

function assertClose(actual: readonly number[], expected: readonly number[], what: string): void {
  assert.equal(actual.length, expected.length, what);
  for (const [index, value] of expected.entries()) {
    const difference = Math.abs((actual[index] ?? Number.NaN) - value);
    assert.ok(difference <= TOLERANCE, `${what}: ${actual[index]} instead of ${value}`);
  }
}
