import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { openRaw, waitFor } from '@slipway/testkit';
import { API_TOKEN, startApi } from '../api.test.support.ts';

const BYTES = { 'content-type': 'application/octet-stream' };

function digestOf(bytes: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

test('an upload goes on where it stopped, and becomes a blob', async (t) => {
  const api = await startApi(t);
  const { status, body, headers } = await api.call('POST', '/uploads');
  assert.deepEqual([status, body.offset, headers.get('location')], [201, 0, `/api/v1/uploads/${body.id}`]);
  const path = `/uploads/${body.id}`;
  const append = (offset: number, bytes: string) =>
    api.call('PATCH', path, { body: bytes, headers: { ...BYTES, 'upload-offset': String(offset) } });

  assert.equal((await append(0, 'hello ')).body.offset, 6);
  const wrong = await append(3, 'world');
  assert.deepEqual([wrong.status, wrong.body.error.details.offset], [409, 6]);
  assert.equal((await append(6, 'world')).body.offset, 11);
  assert.equal((await api.call('GET', path)).body.offset, 11);
  const digest = digestOf('hello world');
  const ended = await api.call('PUT', `${path}?digest=${digest}`);
  assert.deepEqual([ended.status, ended.body], [201, { digest, size: 11 }]);
  assert.equal((await api.call('GET', path)).status, 404);
  assert.equal((await api.call('GET', `/blobs/${digest}`)).body, 'hello world');
});

test('a wrong digest removes the upload, and an upload can be given up', async (t) => {
  const api = await startApi(t);
  const first = (await api.call('POST', '/uploads')).body.id;
  const refused = await api.call('PUT', `/uploads/${first}?digest=${digestOf('other')}`);
  assert.deepEqual([refused.status, refused.body.error.details.field], [400, 'digest']);
  assert.equal((await api.call('GET', `/uploads/${first}`)).status, 404);
  const second = (await api.call('POST', '/uploads')).body.id;
  assert.equal((await api.call('DELETE', `/uploads/${second}`)).status, 204);
  assert.equal((await api.call('GET', `/uploads/${second}`)).status, 404);
});

test('a body larger than any other request may be is streamed, and read back in ranges', async (t) => {
  const api = await startApi(t);
  const bytes = Buffer.alloc(3 * 1024 * 1024, 'abcdefghij');
  const digest = await api.upload(bytes.toString());
  const read = (range: string) => api.call('GET', `/blobs/${digest}`, { headers: { range } });
  const last = bytes.length - 1;
  const cases: readonly [string, number, string, number][] = [
    ['bytes=0-4', 206, `bytes 0-4/${bytes.length}`, 5],
    [`bytes=${last}-`, 206, `bytes ${last}-${last}/${bytes.length}`, 1],
    ['bytes=-10', 206, `bytes ${last - 9}-${last}/${bytes.length}`, 10],
    [`bytes=0-${last + 100}`, 206, `bytes 0-${last}/${bytes.length}`, bytes.length],
    ['bytes=0-1,3-4', 200, '', bytes.length],
    ['lines=0-1', 200, '', bytes.length],
    ['bytes=5-2', 200, '', bytes.length],
  ];
  for (const [range, status, contentRange, length] of cases) {
    const answer = await read(range);
    assert.equal(answer.status, status, range);
    assert.equal(answer.headers.get('content-range') ?? '', contentRange, range);
    assert.equal(answer.body.length, length, range);
  }
  const behind = await read(`bytes=${bytes.length}-`);
  assert.deepEqual([behind.status, behind.headers.get('content-range')], [416, `bytes */${bytes.length}`]);
});

test('HEAD tells whether a blob is there', async (t) => {
  const api = await startApi(t);
  const digest = await api.upload('12345');
  const head = await api.call('HEAD', `/blobs/${digest}`);
  assert.deepEqual([head.status, head.headers.get('content-length')], [200, '5']);
  assert.equal((await api.call('HEAD', `/blobs/${digestOf('nothing')}`)).status, 404);
});

test('an upload says what is missing: the offset, the type', async (t) => {
  const api = await startApi(t);
  const { id } = (await api.call('POST', '/uploads')).body;
  const noOffset = await api.call('PATCH', `/uploads/${id}`, { body: 'x', headers: BYTES });
  assert.equal(noOffset.body.error.details.field, 'upload-offset');
  const json = await api.call('PATCH', `/uploads/${id}`, { body: {}, headers: { 'upload-offset': '0' } });
  assert.equal(json.status, 415);
  const none = await api.call('PATCH', `/uploads/${id}`, { headers: { 'upload-offset': '0' } });
  assert.equal(none.status, 415);
});

test('no blob or upload has a name that leaves its folder', async (t) => {
  const api = await startApi(t);
  const names = ['..%2f..%2fetc%2fpasswd', '%2e%2e', 'sha256:..', `sha256:${'A'.repeat(64)}`, '%00'];
  for (const name of names) {
    for (const request of [`GET /blobs/${name}`, `GET /uploads/${name}`, `DELETE /uploads/${name}`]) {
      const [method = '', path = ''] = request.split(' ');
      const { status } = await api.call(method, path);
      assert.ok(status === 400 || status === 404, `${request}: ${status}`);
    }
  }
});

test('a connection that breaks during an upload keeps what had arrived', async (t) => {
  const api = await startApi(t);
  const { id } = (await api.call('POST', '/uploads')).body;
  const { port } = new URL(api.url);
  const connection = await openRaw(
    t,
    Number(port),
    `PATCH /api/v1/uploads/${id} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${API_TOKEN}\r\n` +
      'Content-Type: application/octet-stream\r\nUpload-Offset: 0\r\nContent-Length: 1000\r\n\r\nfirst part',
  );
  await waitFor(async () => (await api.call('GET', `/uploads/${id}`)).body.offset === 10, {
    what: 'the bytes',
  });
  connection.socket.destroy();
  await waitFor(
    async () =>
      (
        await api.call('PATCH', `/uploads/${id}`, {
          body: ', second',
          headers: { ...BYTES, 'upload-offset': '10' },
        })
      ).status === 200,
    { what: 'the upload to be free' },
  );
  const digest = digestOf('first part, second');
  assert.equal((await api.call('PUT', `/uploads/${id}?digest=${digest}`)).status, 201);
  assert.doesNotMatch(api.logs.join(''), /"level":50/);
});
