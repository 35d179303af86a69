import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeTensorClient, RetryPolicy, Webservice } from '@slipway/sdk';
import { onTestEnd, waitFor } from '@slipway/testkit';
import { deploy, replicaPids } from '../harness/deployed.ts';
import { startInstallation } from '../harness/installation.ts';
import { writeModels } from '../harness/models.ts';

const BLANK = { image: { data: new Float32Array(784), shape: [1, 784] } } as const;

/** Attempts for as long as a busy machine takes to start a replica. */
const RETRY: Partial<RetryPolicy> = { attempts: 300, firstPauseMs: 50, longestPauseMs: 200 };

const TIMEOUT_MS = 60_000;

const CONNECT: readonly ((service: Webservice) => NodeTensorClient | Promise<NodeTensorClient>)[] = [
  (service) => service.client({ retry: RETRY }),
  (service) => service.client({ retry: RETRY, protocol: 'tfserving' }),
  (service) => service.client({ retry: RETRY, protocol: 'oip' }),
  (service) => service.grpcClient({ retry: RETRY, protocol: 'tfserving' }),
  (service) => service.grpcClient({ retry: RETRY, protocol: 'oip' }),
];

/** How the gateway counts requests and calls for which it had no replica. */
const SENT_AWAY = [
  /^slipway_gateway_requests_total\{service="digits",status="503"\} (\d+)/m,
  /^slipway_gateway_grpc_calls_total\{service="digits",code="14"\} (\d+)/m,
];

test('while a service has no replica, clients of every protocol are told that nothing was run, and call again', async (t) => {
  const installation = await startInstallation(t);
  const { digits } = await writeModels(t);
  const { service } = await deploy(installation, { name: 'digits', model: digits, config: {} });
  const clients = await Promise.all(CONNECT.map(async (connect) => await connect(service)));
  onTestEnd(t, () => {
    for (const client of clients) client.close();
  });
  const score = () =>
    Promise.all(clients.map((client) => client.scoreArrays(BLANK, { timeoutMs: TIMEOUT_MS })));
  // From now on they have their keys, and know what the model takes.
  const before = await score();

  // Nobody starts another replica until callers were sent away.
  const [replica = 0] = await replicaPids(service);
  await installation.killServer();
  process.kill(replica, 'SIGKILL');
  // A request on a connection that is just breaking may have been run, and is not repeated.
  await waitFor(() => hasNoReplica(service), { what: 'the gateway to miss the replica' });
  const after = score();
  after.catch(() => undefined);
  await waitFor(() => wereSentAway(service, clients.length), {
    what: 'the gateway to send callers away',
    timeoutMs: TIMEOUT_MS,
  });
  await installation.startServer();

  const outputsOf = (answers: typeof before) => answers.map(({ outputs }) => outputs);
  assert.deepEqual(outputsOf(await after), outputsOf(before));
});

async function hasNoReplica({ scoringUri }: Webservice): Promise<boolean> {
  return (await fetch(scoringUri, { method: 'POST', body: '{}' })).status === 503;
}

/** True when each of the clients has been sent away at least once, and calls again. */
async function wereSentAway({ scoringUri }: Webservice, clients: number): Promise<boolean> {
  const metrics = await (await fetch(new URL('/metrics', scoringUri))).text();
  return SENT_AWAY.every((pattern) => Number(pattern.exec(metrics)?.[1] ?? 0) > clients);
}
