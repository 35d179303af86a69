import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headersForCaller, headersForReplica } from './headers.ts';

const ORIGIN = { address: '10.0.0.9', proto: 'https', requestId: 'id-1' } as const;

test('a replica gets what belongs to the request, and where it came from', () => {
  const sent = headersForReplica(
    {
      authorization: 'Bearer key',
      'content-type': 'application/json',
      'x-ms-client-request-id': 'c',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      tracestate: 'vendor=1',
      host: 'gateway:7080',
      connection: 'keep-alive, X-Mine',
      'x-mine': 'for the gateway only',
      'keep-alive': '5',
      te: 'trailers',
      'transfer-encoding': 'chunked',
      upgrade: 'h2c',
      expect: '100-continue',
      'content-length': '7',
      'x-request-id': 'from the caller',
      'x-slipway-not-run': 'true',
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-proto': 'http',
      ':path': '/',
    },
    ORIGIN,
  );
  assert.deepEqual(sent, {
    authorization: 'Bearer key',
    'content-type': 'application/json',
    'x-ms-client-request-id': 'c',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    tracestate: 'vendor=1',
    'x-request-id': 'id-1',
    'x-forwarded-proto': 'https',
    'x-forwarded-for': '1.2.3.4, 10.0.0.9',
    'x-forwarded-host': 'gateway:7080',
  });
});

test('a caller over HTTP/2 names the host as its authority', () => {
  assert.equal(headersForReplica({ ':authority': 'a:1' }, ORIGIN)['x-forwarded-host'], 'a:1');
});

test('a caller gets what belongs to the response, with ids in any case', () => {
  const returned = headersForCaller(
    {
      'content-type': 'text/plain',
      'set-cookie': ['a=1', 'b=2'],
      'x-request-id': 'the replica said so',
      connection: 'close, x-mine',
      'x-mine': 'for the gateway only',
      'transfer-encoding': 'chunked',
      'x-slipway-not-run': 'true',
    },
    { 'x-request-id': 'id-1', 'x-ms-request-id': 'id-1' },
  );
  assert.deepEqual(returned, {
    'content-type': 'text/plain',
    'set-cookie': ['a=1', 'b=2'],
    'x-request-id': 'the replica said so',
    'x-ms-request-id': 'id-1',
  });
});
