import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import { nameFields, nameInMessage, versionInMessage } from './model-in-message.ts';

const PREDICT = nameFields('/tensorflow.serving.PredictionService/Predict') ?? [];
const INFER = nameFields('/inference.GRPCInferenceService/ModelInfer') ?? [];
const TASKS = nameFields('/tensorflow.serving.PredictionService/MultiInference') ?? [];
const LOAD = nameFields('/inference.GRPCInferenceService/RepositoryModelLoad') ?? [];

/** A field of bytes. */
function field(number: number, content: Buffer | string): Buffer {
  const bytes = Buffer.from(content);
  assert.ok(bytes.length < 128 * 128);
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length % 128) + 128, bytes.length >> 7];
  return Buffer.concat([Buffer.of(number * 8 + 2, ...length), bytes]);
}

function framed(message: Buffer, flag = 0): Buffer {
  const head = Buffer.alloc(5);
  head[0] = flag;
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

const tensors = field(5, 'x'.repeat(3_000));
const spec = field(1, Buffer.concat([field(3, 'serving_default'), field(1, 'mnist')]));

for (const [what, message, fields, name] of [
  ['a model_spec', Buffer.concat([spec, tensors]), PREDICT, 'mnist'],
  ['a model_spec behind the tensors', Buffer.concat([tensors, spec]), PREDICT, 'mnist'],
  ['a task', field(1, spec), TASKS, 'mnist'],
  ['a model_name', Buffer.concat([field(1, 'mnist'), tensors]), INFER, 'mnist'],
  ['a name behind a repository', Buffer.concat([field(1, 'r'), field(2, 'mnist')]), LOAD, 'mnist'],
  [
    'numbers before the name',
    Buffer.concat([Buffer.of(0x18, 0x96, 1, 0x25, 1, 2, 3, 4, 0x29, 1, 2, 3, 4, 5, 6, 7, 8), spec]),
    PREDICT,
    'mnist',
  ],
  ['no name', tensors, INFER, ''],
  ['an empty model_spec', Buffer.concat([field(1, ''), tensors]), PREDICT, ''],
  ['nothing', Buffer.alloc(0), INFER, ''],
  ['a field that ends behind the message', Buffer.of(0x0a, 100, 1), INFER, ''],
  ['a group', Buffer.of(0x0b, 0x0a, 1, 65), INFER, ''],
  ['a number without an end', Buffer.alloc(20, 0xff), INFER, ''],
  ['the name in other bytes than text', Buffer.of(0x0a, 1, 0xff), INFER, '\ufffd'],
] as const) {
  test(`the name in a message with ${what} is "${name}"`, () => {
    assert.equal(nameInMessage(framed(message), fields), name);
    for (const pack of [gzipSync, deflateSync]) {
      assert.equal(nameInMessage(framed(pack(message), 1), fields), name);
    }
  });

  test(`of a message with ${what}, any beginning tells the name or that more is needed`, () => {
    const whole = framed(message);
    for (let length = 0; length < whole.length; length += 1) {
      const found = nameInMessage(whole.subarray(0, length), fields);
      assert.ok(found === undefined || found === name, `${found} of ${length} bytes`);
    }
  });
}

const LARGEST = Buffer.concat([Buffer.of(0x08), Buffer.alloc(8, 0xff), Buffer.of(0x7f)]);
const LEAST = Buffer.concat([Buffer.of(0x08), Buffer.alloc(9, 0x80), Buffer.of(0x01)]);

for (const [what, more, version] of [
  ['no version', Buffer.alloc(0), { by: 'latest' }],
  ['version 9', field(2, Buffer.of(0x08, 9)), { by: 'number', version: 9n }],
  ['version 0, which is not written', field(2, ''), { by: 'number', version: 0n }],
  ['the largest version', field(2, LARGEST), { by: 'number', version: 2n ** 63n - 1n }],
  ['the least version', field(2, LEAST), { by: 'number', version: -(2n ** 63n) }],
  ['a label', field(4, 'stable'), { by: 'label', label: 'stable' }],
] as const) {
  test(`of a model_spec with ${what}, that is told`, () => {
    const named = field(1, Buffer.concat([field(1, 'mnist'), more]));
    const message = Buffer.concat([named, tensors]);
    assert.deepEqual(versionInMessage(framed(message), PREDICT), version);
    assert.deepEqual(versionInMessage(framed(gzipSync(message), 1), PREDICT), version);
    assert.deepEqual(versionInMessage(framed(field(1, named)), TASKS), version);
  });
}

test('a message without a model_spec has no version', () => {
  for (const bytes of [framed(tensors), framed(Buffer.alloc(0)), Buffer.alloc(0)]) {
    assert.deepEqual(versionInMessage(bytes, PREDICT), { by: 'latest' });
  }
});

test('what is packed in no known way has no name', () => {
  assert.equal(nameInMessage(framed(Buffer.from('neither'), 1), INFER), '');
});
