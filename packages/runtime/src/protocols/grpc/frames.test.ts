import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError } from '@slipway/contract';
import fc from 'fast-check';
import { createFrameReader, type Frame, writeFrame } from './frames.ts';
import { encodeGrpcMessage } from './grpc-message.ts';
import { parseGrpcTimeout } from './timeout.ts';

const MAX = 4_000_000;

test('messages come out as they went in, however the stream is cut', () => {
  const message = fc.uint8Array({ maxLength: 40 });
  const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(fc.array(fc.tuple(message, fc.boolean()), { maxLength: 8 }), cuts, (messages, sizes) => {
      const pieces = messages.flatMap(([bytes, compressed]) =>
        writeFrame({ chunks: [bytes], byteLength: bytes.length }, compressed),
      );
      const reader = createFrameReader(MAX);
      const frames: Frame[] = [];
      for (const piece of cut(Buffer.concat(pieces), sizes)) {
        const pushed = reader.push(piece);
        assert.ok(!(pushed instanceof SlipwayError));
        frames.push(...pushed);
      }
      assert.equal(reader.end(), undefined);
      assert.deepEqual(
        frames.map(({ bytes, compressed }) => [Buffer.from(bytes), compressed]),
        messages.map(([bytes, compressed]) => [Buffer.from(bytes), compressed]),
      );
    }),
  );
});

function* cut(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let offset = 0, turn = 0; offset < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(offset, offset + size);
    offset += size;
  }
}

test('a large message is put together from its pieces, and sent in pieces', () => {
  const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => index & 0xff));
  const pieces = writeFrame({ chunks: [bytes], byteLength: bytes.length });
  assert.equal(pieces[1], bytes);
  const reader = createFrameReader(MAX);
  const frames = [...cut(Buffer.concat(pieces), [16_384])].flatMap((piece) => {
    const pushed = reader.push(piece);
    return pushed instanceof SlipwayError ? [] : pushed;
  });
  assert.equal(frames.length, 1);
  assert.ok(frames[0] && bytes.equals(frames[0].bytes));
});

test('a tensor at the end of a message that came in pieces is aligned for its elements', () => {
  for (const before of [0, 1, 2, 3, 100]) {
    const values = Float64Array.from({ length: 20_000 }, (_, index) => index);
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(values.buffer)]);
    const reader = createFrameReader(MAX);
    const frames = [
      ...cut(Buffer.concat(writeFrame({ chunks: [bytes], byteLength: bytes.length })), [3, 50_000]),
    ];
    const [frame] = frames.flatMap((piece) => {
      const pushed = reader.push(piece);
      return pushed instanceof SlipwayError ? [] : pushed;
    });
    const tensor = frame?.bytes.subarray(before) ?? Buffer.of();
    assert.deepEqual(new Float64Array(tensor.buffer, tensor.byteOffset, values.length), values);
  }
});

test('what is no message of gRPC is refused, and nothing is read after it', () => {
  const rows: [string, number, string, string][] = [
    ['0000000005', 4, 'payload_too_large', 'Received message larger than max (5 vs. 4)'],
    ['00ffffffff', MAX, 'payload_too_large', `Received message larger than max (4294967295 vs. ${MAX})`],
    ['0200000000', MAX, 'invalid_argument', 'A message begins with the flag 2; gRPC knows 0 and 1.'],
  ];
  for (const [hex, limit, code, text] of rows) {
    const reader = createFrameReader(limit);
    const refused = reader.push(Buffer.from(hex, 'hex'));
    assert.ok(refused instanceof SlipwayError);
    assert.deepEqual([refused.code, refused.message], [code, text]);
    assert.equal(reader.push(Buffer.from('0000000000', 'hex')), refused);
  }
  const cutShort = createFrameReader(MAX);
  assert.deepEqual(cutShort.push(Buffer.from('000000', 'hex')), []);
  assert.match(cutShort.end()?.message ?? '', /in the middle of a message/);
});

test('timeouts are read in each unit', () => {
  const rows: [string, number | undefined][] = [
    ['1H', 3_600_000],
    ['2M', 120_000],
    ['10S', 10_000],
    ['99999999m', 99_999_999],
    ['1500u', 1.5],
    ['0n', 0],
    ['', undefined],
    ['10', undefined],
    ['123456789S', undefined],
    ['-1S', undefined],
    ['1s', undefined],
    ['1S ', undefined],
  ];
  for (const [text, milliseconds] of rows) assert.equal(parseGrpcTimeout(text), milliseconds, text);
});

test('the text of a status is escaped', () => {
  assert.equal(encodeGrpcMessage("100% of 'é😀'\n~"), "100%25 of '%C3%A9%F0%9F%98%80'%0A~");
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const encoded = encodeGrpcMessage(text);
      assert.match(encoded, /^[ -~]*$/);
      assert.equal(decodeURIComponent(encoded), text);
    }),
  );
});
