import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digitMlp } from '@slipway/testkit';
import { type Logger, pino } from 'pino';
import { openService } from '../protocols/service-fixtures.ts';
import { createRequestLog, type LoggedRequest } from './request-log.ts';

const REQUEST: LoggedRequest = {
  id: 'r1',
  protocol: 'oip',
  method: 'POST',
  path: '/v2/models/digits/infer',
  model: 'digits',
  version: 2,
  status: 200,
  totalMs: 1.23456,
  timing: { queueMs: 0.5, runMs: 0.25, batchSize: 1 },
};

/** A log, and its lines as they come. */
function openLog(): { readonly log: Logger; readonly lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line) => lines.push(JSON.parse(line)) });
  return { log, lines };
}

test('as many requests are logged as the ratio says, and with none of them there is nothing to call', () => {
  const { log, lines } = openLog();
  const drawn = [0, 0.24, 0.25, 0.9];
  const requestLog = createRequestLog(log, 0.25, () => drawn.shift() ?? 1);
  while (drawn.length > 0) requestLog?.(REQUEST);
  const line = {
    level: 30,
    request: 'r1',
    protocol: 'oip',
    method: 'POST',
    path: '/v2/models/digits/infer',
    model: 'digits',
    version: 2,
    status: 200,
    ms: 1.235,
    queueMs: 0.5,
    runMs: 0.25,
    msg: 'Scored.',
  };
  assert.deepEqual(lines, [line, line]);
  assert.equal(createRequestLog(log, 0), undefined);
});

test('a line tells the way of a request, and neither its body nor its key', async (t) => {
  const { log, lines } = openLog();
  const requestLog = createRequestLog(log, 1);
  const context = { log, requestLog };
  const { url } = await openService(t, { models: [{ name: 'digits', bytes: digitMlp() }], context });
  const data = Array(784).fill(0.4375);
  const asked = [
    ['azure', '/score', { data: [data] }],
    ['tfserving', '/v1/models/digits:predict', { instances: [data] }],
    [
      'oip',
      '/v2/models/digits/infer',
      { inputs: [{ name: 'image', datatype: 'FP32', shape: [1, 784], data }] },
    ],
  ] as const;
  for (const [protocol, path, body] of asked) {
    const headers = {
      'content-type': 'application/json',
      'x-request-id': `by-${protocol}`,
      authorization: 'Bearer of-nobody',
    };
    const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    assert.equal(response.status, 200);
    await response.arrayBuffer();
  }
  assert.deepEqual(
    lines.map(({ request, protocol, model, version, status }) => [request, protocol, model, version, status]),
    asked.map(([protocol]) => [`by-${protocol}`, protocol, 'digits', 1, 200]),
  );
  const text = JSON.stringify(lines);
  assert.ok(!text.includes('0.4375') && !text.includes('of-nobody'), text);
  for (const { ms, queueMs, runMs } of lines) assert.ok([ms, queueMs, runMs].every(Number.isFinite));
});
