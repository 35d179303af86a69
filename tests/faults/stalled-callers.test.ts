import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { onTestEnd, type TestScope } from '@slipway/testkit';
import { deploy } from '../harness/deployed.ts';
import { startInstallation } from '../harness/installation.ts';
import { BLANK_DIGIT, writeModels } from '../harness/models.ts';
import { startScorers } from '../harness/scorers.ts';

/** Callers that stall, in each of the four phases. */
const STALLED = 250;

/** Requests that must be answered meanwhile. */
const SCORED = 1_000;

test('a thousand callers that stall in every phase keep nobody else waiting', async (t) => {
  const installation = await startInstallation(t);
  const { digits } = await writeModels(t);
  const { service, key } = await deploy(installation, { name: 'digits', model: digits, config: {} });
  const scorers = startScorers(t, { uri: service.scoringUri, key, body: BLANK_DIGIT, clients: 4 });
  await scorers.advance(100);

  const { port, pathname } = new URL(service.scoringUri);
  const length = Buffer.byteLength(BLANK_DIGIT);
  const head = `POST ${pathname} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;
  for (const said of ['', head.slice(0, 60), head + BLANK_DIGIT.slice(0, 60), head + BLANK_DIGIT]) {
    await Promise.all(Array.from({ length: STALLED }, () => stall(t, Number(port), said)));
    await scorers.advance(SCORED / 4);
  }

  await scorers.stop();
  assert.deepEqual(scorers.failures, []);
});

/** Opens a connection, says so much, and reads nothing. */
async function stall(scope: TestScope, port: number, text: string): Promise<void> {
  const socket = connect(port, '127.0.0.1').pause();
  onTestEnd(scope, () => void socket.destroy());
  // One that was cut off for its slowness has lost nothing.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(text);
}
