import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Client, status } from '@grpc/grpc-js';
import { startProcess, waitFor } from '@slipway/testkit';
import { digits, startGateway } from '../started-gateway.test.helper.ts';
import { callOnce, INFER, openClient, requestFor } from './calls.test.helper.ts';

const CALLERS = 8;

async function startReplicaProcess(t: TestContext, replicaId: string) {
  const program = fileURLToPath(new URL('./call-replica-process.test.helper.js', import.meta.url));
  const process_ = await startProcess(t, process.execPath, [program, replicaId, '5']);
  const [, port] = await process_.waitForOutput(/port (\d+)/);
  return { route: { replicaId, host: '127.0.0.1', port: Number(port) }, process: process_ };
}

/** Callers that call without a pause, and what they were told so far. */
function startCallers(client: Client) {
  const answers = new Map<string, number>();
  let over = false;
  const call = async (): Promise<void> => {
    while (!over) {
      const ended = await callOnce(client, INFER, requestFor(INFER, 'mnist', Buffer.alloc(3_000)));
      const answer = ended.answer?.toString() ?? `${status[ended.status.code]} ${ended.status.details}`;
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }
  };
  const callers = Array.from({ length: CALLERS }, call);
  return {
    answers,
    countOf: (answer: string) => answers.get(answer) ?? 0,
    stop: async () => {
      over = true;
      await Promise.all(callers);
    },
  };
}

test('of two replicas one is killed: only calls that may have run are lost, and told so', async (t) => {
  const gateway = await startGateway(t);
  const [first, second] = [await startReplicaProcess(t, 'first'), await startReplicaProcess(t, 'second')];
  await gateway.route(digits([first.route, second.route]));
  const { answers, countOf, stop } = startCallers(openClient(t, gateway.port));
  await waitFor(() => countOf('first') > 50 && countOf('second') > 50, { what: 'both replicas to be busy' });
  await first.process.stop('SIGKILL');
  const before = countOf('second');
  await waitFor(() => countOf('second') > before + 100, { what: 'the other to go on' });
  await stop();
  const lost = countOf('UNAVAILABLE Replica closed connection before replying');
  assert.ok(lost <= CALLERS, `${lost} calls were lost`);
  assert.equal(
    countOf('first') + countOf('second') + lost,
    [...answers.values()].reduce((a, b) => a + b),
  );
  assert.deepEqual((await gateway.status()).inFlight, { first: 0, second: 0 });
});

test('no caller notices that a replica is replaced by another', async (t) => {
  const gateway = await startGateway(t);
  const old = await startReplicaProcess(t, 'old');
  await gateway.route(digits([old.route]));
  const { answers, countOf, stop } = startCallers(openClient(t, gateway.port));
  await waitFor(() => countOf('old') > 50, { what: 'the old one to be busy' });
  await gateway.route(digits([(await startReplicaProcess(t, 'next')).route]));
  await waitFor(async () => !('old' in (await gateway.status()).inFlight), {
    what: 'the old one to be drained',
  });
  await old.process.stop('SIGKILL');
  await waitFor(() => countOf('next') > 50, { what: 'the next one to be busy' });
  await stop();
  assert.deepEqual([...answers.keys()].sort(), ['next', 'old']);
});
