import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { onTestEnd, TEST_CERTIFICATES, type TestScope, temporaryFolder } from '@slipway/testkit';
import { readBody } from '../fixtures/control-plane.ts';
import { createPredictionClient, type PredictionClientOptions } from './create-prediction-client.ts';

/** A service behind TLS that answers with what it was sent. */
async function startEcho(scope: TestScope): Promise<string> {
  const { cert, key } = TEST_CERTIFICATES.first;
  const server = createServer({ cert, key }, async (request, response) => {
    const body = (await readBody(request)).toString('base64');
    response.end(JSON.stringify({ type: request.headers['content-type'], body }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestEnd(scope, async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function open(scope: TestScope, options: PredictionClientOptions) {
  const client = createPredictionClient(options);
  onTestEnd(scope, () => client.close());
  return client;
}

test('a certificate of an authority of its own is trusted where it is given', async (t) => {
  const url = await startEcho(t);
  const trusting = open(t, { url, tls: { ca: TEST_CERTIFICATES.first.cert } });
  assert.deepEqual(await trusting.score({ data: 1 }), {
    type: 'application/json',
    body: Buffer.from('{"data":1}').toString('base64'),
  });
  for (const tls of [undefined, { ca: TEST_CERTIFICATES.second.cert }]) {
    await assert.rejects(open(t, { url, tls }).score({}), {
      code: 'unauthenticated',
      message: /certificate is not trusted: give .* tls\.ca/,
    });
  }
});

test('answers are read up to a limit', async (t) => {
  const url = await startEcho(t);
  const client = open(t, { url, tls: { ca: TEST_CERTIFICATES.first.cert }, maxAnswerBytes: 1_000 });
  await assert.rejects(client.score('x'.repeat(2_000)), { code: 'unsupported', message: /maxAnswerBytes/ });
});

test('a file that cannot be read is told before anything is sent', async (t) => {
  const client = open(t, { url: 'http://127.0.0.1:1' });
  const path = join(await temporaryFolder(t), 'absent.jpg');
  await assert.rejects(client.scoreFile(path), { code: 'invalid_argument', message: /absent\.jpg/ });
});

test('a file goes as it is', async (t) => {
  const url = await startEcho(t);
  const client = open(t, { url, tls: { ca: TEST_CERTIFICATES.first.cert } });
  const path = join(await temporaryFolder(t), 'image.png');
  await writeFile(path, Buffer.from('89504e47', 'hex'));
  // The echo is no answer with outputs.
  await assert.rejects(client.scoreFile(path), { code: 'internal', message: /"outputs"/ });
});
