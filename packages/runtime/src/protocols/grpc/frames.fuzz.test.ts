import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError } from '@slipway/contract';
import { type Draw, fuzz } from '../fuzzing.test.helper.ts';
import { statusOf } from './errors.ts';
import { createFrameReader, type Frame } from './frames.ts';

const MAX_MESSAGE_BYTES = 100;

const SAMPLES = ['0000000000', '000000000361626301000000026465', '0000000028'.concat('61'.repeat(40))].map(
  (hex) => Buffer.from(hex, 'hex'),
);

test('damaged streams are taken apart the same in any pieces, or refused', () => {
  fuzz({
    samples: SAMPLES,
    fragments: ['00000000', '01', '0000000064', '0000000065', '00ffffffff'].map((hex) =>
      Buffer.from(hex, 'hex'),
    ),
    decode: (stream, draw) => {
      const whole = framesOf([stream]);
      const pieces = framesOf(split(stream, draw));
      assert.deepEqual(pieces, whole);
      if (whole instanceof SlipwayError) return whole;
      return [whole.map(({ bytes }) => bytes)];
    },
    answerTo: (error) => {
      const { status, message } = statusOf(error);
      assert.ok(status === 'INVALID_ARGUMENT' || status === 'RESOURCE_EXHAUSTED', `${status}: ${message}`);
      return message;
    },
  });
});

/** All frames of a stream that ends after the pieces. */
function framesOf(pieces: readonly Uint8Array[]): readonly Frame[] | SlipwayError {
  const reader = createFrameReader(MAX_MESSAGE_BYTES);
  const frames: Frame[] = [];
  for (const piece of pieces) {
    const read = reader.push(piece);
    if (read instanceof SlipwayError) return read;
    for (const { compressed, bytes } of read) {
      assert.ok(bytes.length <= MAX_MESSAGE_BYTES);
      frames.push({ compressed, bytes: Buffer.from(bytes) });
    }
  }
  return reader.end() ?? frames;
}

function split(bytes: Buffer, draw: Draw): readonly Buffer[] {
  const pieces: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = start + 1 + draw(20);
    pieces.push(bytes.subarray(start, end));
    start = end;
  }
  return pieces;
}
