import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BYTES_PER_ELEMENT, type Datatype, SlipwayError, type Tensor } from '@slipway/contract';
import fc from 'fast-check';
import { rawElements } from '../../../../models/elements.ts';
import { writeBytesTensor } from '../../bytes-tensor.ts';
import { modelOf, type SpecRow } from '../../fixtures.ts';
import type { OutputWish } from '../../output-wishes.ts';
import { decodeInferRequest } from './infer-request.ts';
import { encodeInferResponse } from './infer-response.ts';

function wish(name: string, binary = false, classes = 0): OutputWish {
  return { name, output: name, binary, classes };
}

function encode(
  outputs: readonly Tensor[],
  wishes: readonly OutputWish[],
  options: { id?: string; labels?: Readonly<Record<string, readonly string[]>> } = {},
) {
  const specs = outputs.map(
    ({ name, datatype, shape }): SpecRow => [name, datatype, [null, ...shape.slice(1)]],
  );
  const model = modelOf([['x', 'FP32', [null]]], specs, options.labels);
  const answer = encodeInferResponse({ id: options.id, model, version: '3', outputs, wishes });
  if (answer instanceof SlipwayError) return answer;
  const body = Buffer.concat(answer.chunks);
  return {
    ...answer,
    json: body.subarray(0, answer.headerLength).toString(),
    raw: body.subarray(answer.headerLength),
  };
}

const FLOATS: Tensor = {
  name: 'y',
  datatype: 'FP32',
  shape: [2, 2],
  data: new Float32Array([0.1, Number.NaN, Number.NEGATIVE_INFINITY, 3]),
};
const STRINGS: Tensor = {
  name: 's',
  datatype: 'BYTES',
  shape: [2],
  data: [Buffer.from('"é"'), Buffer.from('')],
};

test('an answer is JSON, flat, with the id that was sent', () => {
  const answer = encode([FLOATS, STRINGS], [wish('y'), wish('s')], { id: 'a"b' });
  assert.ok(!(answer instanceof SlipwayError));
  assert.deepEqual([answer.contentType, answer.headerLength], ['application/json', undefined]);
  assert.equal(
    Buffer.concat(answer.chunks).toString(),
    '{"id":"a\\"b","model_name":"m","model_version":"3","outputs":[{"name":"y","datatype":"FP32","shape":[2,2],"data":[0.1,NaN,-Infinity,3.0]},{"name":"s","datatype":"BYTES","shape":[2],"data":["\\"é\\"",""]}]}',
  );
});

test('raw tensors stand behind the JSON, empty ones need no header', () => {
  const mixed = encode([FLOATS, STRINGS], [wish('y', true), wish('s')]);
  assert.ok(!(mixed instanceof SlipwayError));
  assert.equal(mixed.contentType, 'application/octet-stream');
  assert.match(
    mixed.json,
    /"shape":\[2,2\],"parameters":\{"binary_data_size":16\}\},\{"name":"s".*"data":\[/,
  );
  assert.deepEqual(mixed.chunks[1]?.buffer, (FLOATS.data as Float32Array).buffer, 'no copy');
  const strings = encode([STRINGS], [wish('s', true)]);
  assert.ok(!(strings instanceof SlipwayError));
  assert.deepEqual(strings.raw, Buffer.from('\x04\0\0\0"\xc3\xa9"\0\0\0\0', 'latin1'));
  const none = { ...FLOATS, shape: [0, 2], data: new Float32Array() };
  const empty = encode([none], [wish('y', true)]);
  assert.ok(!(empty instanceof SlipwayError));
  assert.deepEqual([empty.contentType, empty.headerLength], ['application/json', undefined]);
  assert.match(Buffer.concat(empty.chunks).toString(), /"binary_data_size":0\}\}\]\}$/);
});

test('classes take the place of an output that was wished so', () => {
  const labels = { y: ['no', 'yes'] };
  const scores = { ...FLOATS, data: new Float32Array([0.25, 0.75, 2, 1]) };
  const json = encode([scores], [wish('y', false, 1)], { labels });
  assert.ok(!(json instanceof SlipwayError));
  assert.match(json.json, /"datatype":"BYTES","shape":\[2,1\],"data":\["0\.750000:1:yes","2\.000000:0:no"\]/);
  const binary = encode([scores], [wish('y', true, 1)]);
  assert.ok(!(binary instanceof SlipwayError));
  assert.deepEqual(binary.raw, writeBytesTensor([Buffer.from('0.750000:1'), Buffer.from('2.000000:0')]));
});

test('bytes that are no text are refused in JSON', () => {
  const answer = encode([{ ...STRINGS, data: [Buffer.from([0xff]), Buffer.from('')] }], [wish('s')]);
  assert.ok(answer instanceof SlipwayError);
  assert.match(
    answer.message,
    /^sending BYTES data that is not UTF-8 via JSON is not supported\. .* output s$/,
  );
});

test('what is written is read back to the last bit, as JSON and raw, for every datatype', () => {
  const dense = Object.keys(BYTES_PER_ELEMENT) as Exclude<Datatype, 'BYTES'>[];
  const cell = fc.record({
    datatype: fc.constantFrom<Datatype>(...dense, 'BYTES'),
    bytes: fc.uint8Array({ minLength: 64, maxLength: 64 }),
    texts: fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 6 }),
    binary: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 4 }), (cells) => {
      const outputs = cells.map(({ datatype, bytes, texts }, index) =>
        tensorOf(`t${index}`, datatype, bytes, texts),
      );
      const wishes = outputs.map(({ name, datatype }, index) => {
        const mustBeRaw = datatype === 'FP16' || datatype === 'BF16';
        return wish(name, mustBeRaw || cells[index]?.binary);
      });
      const answer = encode(outputs, wishes);
      assert.ok(!(answer instanceof SlipwayError));
      const body = Buffer.concat(answer.chunks);
      const header = answer.headerLength ?? body.length;
      // An answer is a request once its outputs are called inputs.
      const json = body.subarray(0, header).toString().replace('"outputs":', '"inputs":');
      const message = Buffer.concat([Buffer.from(json), body.subarray(header)]);
      const specs = outputs.map(({ name, datatype, shape }): SpecRow => [name, datatype, shape]);
      const headerLength = String(Buffer.byteLength(json));
      const call = decodeInferRequest({ body: message, headerLength, maxInputBytes: 1e6 }, modelOf(specs));
      assert.ok(!(call instanceof SlipwayError), String(call));
      for (const [index, tensor] of call.inputs.entries()) {
        assert.deepEqual(
          { ...tensor, data: comparable(tensor) },
          { ...outputs[index], data: comparable(outputs[index]) },
        );
      }
    }),
    { seed: 3, numRuns: 300 },
  );
});

function tensorOf(name: string, datatype: Datatype, bytes: Uint8Array, texts: readonly string[]): Tensor {
  if (datatype === 'BYTES') {
    return { name, datatype, shape: [texts.length], data: texts.map((text) => Buffer.from(text)) };
  }
  const raw = datatype === 'BOOL' ? bytes.map((byte) => byte & 1) : bytes;
  const data = rawElements(raw, datatype);
  return { name, datatype, shape: [data.length], data };
}

/** Strings as text, and every NaN as one: JSON has only one. */
function comparable(tensor: Tensor | undefined): unknown {
  if (tensor?.datatype === 'BYTES') {
    return (tensor.data as readonly Uint8Array[]).map((element) => Buffer.from(element).toString('latin1'));
  }
  return Array.from(tensor?.data as ArrayLike<number | bigint>);
}
