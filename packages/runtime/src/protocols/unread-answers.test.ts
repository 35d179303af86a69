import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { identityModel, onTestEnd, waitFor } from '@slipway/testkit';
import { openService } from './service-fixtures.ts';

/** As JSON more than the kernel keeps for a caller that does not read. */
const ELEMENTS = 2_000_000;

test('an answer that its caller does not take is counted as one to nobody, whatever it began with', async (t) => {
  const models = [{ name: 'same', bytes: identityModel('FP32', ['batch']) }];
  const { url, context } = await openService(t, { models, context: { maxBodyBytes: 10_000_000 } });
  const body = Buffer.from(new Float32Array(ELEMENTS).fill(1 / 3).buffer);
  const input = { name: 'input', datatype: 'FP32', shape: [ELEMENTS] };
  const head = JSON.stringify({
    inputs: [{ ...input, parameters: { binary_data_size: body.length } }],
    outputs: [{ name: 'output', parameters: { binary_data: false } }],
  });
  const { host, hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestEnd(t, async () => void socket.destroy());
  socket.write(
    `POST /v2/models/same/infer HTTP/1.1\r\nhost: ${host}\r\ninference-header-content-length: ${head.length}\r\n` +
      `content-length: ${head.length + body.length}\r\n\r\n${head}`,
  );
  socket.write(body);
  await once(socket, 'readable');
  assert.match(String(socket.read(15)), /^HTTP\/1\.1 200/);
  socket.destroy();
  const isTold = (text: string) =>
    text.includes('slipway_requests_total{status="499"} 1') &&
    text.includes('slipway_errors_total{code="cancelled"} 1');
  await waitFor(async () => isTold(await context.metrics.text()), { what: 'the answer to be counted' });
  assert.doesNotMatch(await context.metrics.text(), /slipway_requests_total\{status="200"\}/);
});
