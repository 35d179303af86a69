import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { type TestContext, test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import { onTestEnd, openRaw } from '@slipway/testkit';
import { createListener } from './listener.ts';
import { type BodyResult, readBody } from './read-body.ts';

const LIMIT = 200_000;

/** Reads every body, answers with its length or 413 and the error, and tells what came of it. */
async function start(t: TestContext): Promise<{ port: number; next: () => Promise<BodyResult> }> {
  let came = Promise.withResolvers<BodyResult>();
  const listener = await createListener({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    handler: async (request, response) => {
      const result = await readBody(request, LIMIT);
      came.resolve(result);
      if (result.error !== undefined) response.send(413, {}, result.error.message);
      else response.send(200, {}, String(result.body.length));
    },
    onError: (error) => came.reject(error),
  });
  onTestEnd(t, listener.close);
  return {
    port: listener.port,
    next: async () => {
      const result = await came.promise;
      came = Promise.withResolvers();
      return result;
    },
  };
}

const text = 'number '.repeat(20_000);

for (const { name, headers, body, read } of [
  { name: 'an empty body', headers: {}, body: '', read: '' },
  { name: 'a body of one chunk', headers: {}, body: 'abc', read: 'abc' },
  { name: 'a body of many chunks', headers: {}, body: text, read: text },
  { name: 'gzip', headers: { 'content-encoding': 'gzip' }, body: gzipSync(text), read: text },
  { name: 'deflate', headers: { 'content-encoding': 'Deflate' }, body: deflateSync(text), read: text },
]) {
  test(`reads ${name}`, async (t) => {
    const { port, next } = await start(t);
    await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body });
    assert.equal((await next()).body?.toString(), read);
  });
}

for (const { name, headers, body, code } of [
  { name: 'a body over the limit', headers: {}, body: 'x'.repeat(LIMIT + 1), code: 'payload_too_large' },
  {
    name: 'a gzip bomb',
    headers: { 'content-encoding': 'gzip' },
    body: gzipSync(Buffer.alloc(LIMIT * 100)),
    code: 'payload_too_large',
  },
  { name: 'no gzip', headers: { 'content-encoding': 'gzip' }, body: 'abc', code: 'invalid_argument' },
  {
    name: 'a truncated gzip',
    headers: { 'content-encoding': 'gzip' },
    body: gzipSync(text).subarray(0, 50),
    code: 'invalid_argument',
  },
  {
    name: 'another encoding',
    headers: { 'content-encoding': 'br' },
    body: 'abc',
    code: 'unsupported_media_type',
  },
]) {
  test(`refuses ${name} as ${code}`, async (t) => {
    const { port, next } = await start(t);
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body });
    const { error } = await next();
    assert.equal(error?.code, code);
    assert.equal(await response.text(), error?.message);
  });
}

const HEAD = 'POST / HTTP/1.1\r\nhost: x\r\n';

test('refuses by Content-Length before any of the body has come, even if it is only announced', async (t) => {
  const { port } = await start(t);
  const announced = await openRaw(
    t,
    port,
    `${HEAD}expect: 100-continue\r\ncontent-length: ${LIMIT + 1}\r\n\r\n`,
  );
  await once(announced.socket, 'data');
  assert.match(announced.received(), /^HTTP\/1\.1 413 /);
  assert.match(announced.received(), /The body is 200001 bytes, but the limit is 200000 bytes\.$/);
});

test('invites a body that waits to be invited', async (t) => {
  const { port, next } = await start(t);
  const announced = await openRaw(t, port, `${HEAD}expect: 100-continue\r\ncontent-length: 3\r\n\r\n`);
  await once(announced.socket, 'data');
  assert.match(announced.received(), /^HTTP\/1\.1 100 Continue/);
  announced.socket.write('abc');
  assert.equal((await next()).body?.toString(), 'abc');
});

test('stops a chunked body at the limit', async (t) => {
  const { port, next } = await start(t);
  const chunk = `${(100_000).toString(16)}\r\n${'x'.repeat(100_000)}\r\n`;
  await openRaw(t, port, `${HEAD}transfer-encoding: chunked\r\n\r\n${chunk}${chunk}${chunk}`);
  assert.equal((await next()).error?.code, 'payload_too_large');
});

test('a caller that leaves early has cancelled', async (t) => {
  const { port, next } = await start(t);
  for (const end of ['end', 'destroy'] as const) {
    const leaving = await openRaw(t, port, `${HEAD}content-length: 10\r\n\r\nabc`);
    leaving.socket[end]();
    assert.equal((await next()).error?.code, 'cancelled');
  }
});

test('a caller over HTTP/2 that sends less than it said, or leaves, has cancelled', async (t) => {
  const { port, next } = await start(t);
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  onTestEnd(t, () => session.destroy());
  const short = session.request({ ':method': 'POST', ':path': '/', 'content-length': '10' });
  short.on('error', () => undefined);
  short.end('abc');
  assert.equal((await next()).error?.code, 'cancelled');
  const left = session.request({ ':method': 'POST', ':path': '/' });
  left.on('error', () => undefined);
  left.write('abc');
  session.ping(() => session.destroy());
  assert.equal((await next()).error?.code, 'cancelled');
});
