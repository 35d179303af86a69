import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { addModel, identityModel } from '@slipway/testkit';
import { startReplica, type TestReplica } from '../../replica-fixtures.ts';

const GOOD = '{"inputs":{"a":[[1,2]],"b":[[3,4]]}}';

async function assertStillGood(replica: TestReplica, after: string): Promise<void> {
  const response = await replica.score(GOOD);
  assert.equal(response.status, 200, after);
  assert.deepEqual(await response.json(), { outputs: { sum: [[4, 6]] } }, after);
}

test('bad bodies are refused with the field that is wrong, and harm nothing', async (t) => {
  const replica = await startReplica(t, { model: addModel() });
  const b = '"b":[[3,4]]';
  const rows: [string, string | Uint8Array, RegExp][] = [
    ['empty', '', /expected the body to be a JSON object, found the end/],
    ['no object', '[1]', /expected the body to be a JSON object, found an array/],
    ['cut', GOOD.slice(0, 20), /inputs\.a/],
    ['trailing garbage', `${GOOD}{}`, /expected the end of the body.*byte 36/],
    ['unknown key', '{"input":{}}', /"input" is not known here; the body takes "inputs", and "outputs"/],
    ['twice', `{"inputs":{"a":[[1,2]],"a":[[1,2]],${b}}}`, /"a" comes twice in inputs/],
    ['both', `{"data":[[1]],"inputs":{}}`, /data: is for models with one input; this one has "a", "b"/],
    ['neither', '{"outputs":["sum"]}', /neither "inputs"/],
    ['missing input', '{"inputs":{"a":[[1,2]]}}', /missing: "b"/],
    ['unknown input', `{"inputs":{"c":[[1,2]],${b}}}`, /no input "c"; it takes "a", "b"/],
    ['unknown output', `{"outputs":["x"],"inputs":{"a":[[1,2]],${b}}}`, /no output "x"; it has "sum"/],
    [
      'outputs no names',
      `{"outputs":[1],"inputs":{"a":[[1,2]],${b}}}`,
      /outputs: expected a string, found "1"/,
    ],
    ['output twice', `{"outputs":["sum","sum"],"inputs":{"a":[[1,2]],${b}}}`, /outputs: "sum" comes twice/],
    ['wrong rank', `{"inputs":{"a":[1,2],${b}}}`, /"a".*dimensions/],
    ['wrong size', `{"inputs":{"a":[[1,2,3]],${b}}}`, /"a"/],
    [
      'wrong datatype',
      `{"inputs":{"a":[["1","2"]],${b}}}`,
      /inputs\.a\[0\]\[0\]: expected a number, found a string/,
    ],
    ['ragged', `{"inputs":{"a":[[1,2],[3]],${b}}}`, /inputs\.a\[1\]: the array is ragged/],
    ['NaN as text', `{"inputs":{"a":[["NaN",1]],${b}}}`, /inputs\.a\[0\]\[0\]/],
    ['nonsense', `{"inputs":{"a":[[nan,1]],${b}}}`, /expected a number, found "nan"/],
    ['deep', `{"inputs":{"a":${'['.repeat(10_000)}`, /nested deeper than 100 levels/],
    ['no UTF-8', Buffer.from('{"inp\xffuts":{}}', 'latin1'), /not valid UTF-8 \(at byte 5\)/],
    ['no UTF-8 outside text', Buffer.from([0x7b, 0xff, 0xfe]), /found byte 0xff/],
  ];
  for (const [name, body, message] of rows) {
    const response = await replica.score(body);
    const answer = (await response.json()) as { message: string };
    assert.equal(response.status, 400, name);
    assert.match(answer.message, message, name);
    assert.equal(response.headers.get('x-ms-run-function-failed'), 'False', name);
    await assertStillGood(replica, name);
  }
  assert.match(replica.process.stdout(), /"field":"inputs\.a\[0\]\[0\]","offset":17/);
  assert.doesNotMatch(replica.process.stdout(), /nan/, 'what stood in a body is not logged');
});

test('bare NaN and infinities go through, and integers of 64 bits stay exact', async (t) => {
  const floats = await startReplica(t, { model: identityModel('FP32', ['n']) });
  const response = await floats.score('{"data":[NaN,Infinity,-Infinity,0.1]}');
  assert.equal(await response.text(), '{"outputs":{"output":[NaN,Infinity,-Infinity,0.1]}}');
  const longs = await startReplica(t, { model: identityModel('INT64', ['n']) });
  const exact = await longs.score('{"data":[9223372036854775807,-9223372036854775808]}');
  assert.equal(await exact.text(), '{"outputs":{"output":[9223372036854775807,-9223372036854775808]}}');
});

test('what is too large, packed or of another type is refused before it is read', async (t) => {
  const replica = await startReplica(t, { model: addModel(), limits: { maxBodyBytes: 10_000 } });
  const rows: [string, Uint8Array | string, Record<string, string>, number, RegExp][] = [
    ['large', 'x'.repeat(200_000), {}, 413, /200000 bytes, but the limit is 10000/],
    ['gzip bomb', gzipSync(Buffer.alloc(5_000_000)), { 'content-encoding': 'gzip' }, 413, /limit is 10000/],
    ['bad gzip', 'no gzip', { 'content-encoding': 'gzip' }, 400, /cannot be decompressed as gzip/],
    ['unknown packing', 'x', { 'content-encoding': 'br' }, 415, /Content-Encoding "br"/],
    ['type', GOOD, { 'content-type': 'text/csv' }, 415, /^Expects Content-Type to be application\/json$/],
  ];
  for (const [name, body, headers, status, message] of rows) {
    const response = await replica.score(body, headers);
    assert.equal(response.status, status, name);
    assert.match(((await response.json()) as { message: string }).message, message, name);
    await assertStillGood(replica, name);
  }
  const packed = await replica.score(gzipSync(GOOD), { 'content-encoding': 'gzip' });
  assert.equal(packed.status, 200);
});

test('a body shorter than it says harms nobody but its sender', async (t) => {
  const replica = await startReplica(t, { model: addModel() });
  const socket = connect(replica.port, '127.0.0.1');
  socket.end(
    'POST /score HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"inp',
  );
  socket.resume();
  await once(socket, 'close');
  await assertStillGood(replica, 'a short body');
});
