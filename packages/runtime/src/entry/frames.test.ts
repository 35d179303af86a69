import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeFrameHead, FrameDecoder } from './frames.ts';

const LIMITS = { maxHeadBytes: 1_000, maxBodyBytes: 5_000 };

test('frames come out as they went in, whatever the pieces they come in', () => {
  const frames = fc.array(
    fc.record(
      { text: fc.string({ unit: 'grapheme', maxLength: 50 }), body: fc.uint8Array({ maxLength: 4_000 }) },
      { noNullPrototype: true },
    ),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1 }), (sent, sizes) => {
      const bytes = Buffer.concat(
        sent.flatMap(({ text, body }) => [encodeFrameHead({ text }, body.length), Buffer.from(body)]),
      );
      const received: { text: string; body: Uint8Array }[] = [];
      const decoder = new FrameDecoder(LIMITS, (head, body) => {
        received.push({ text: JSON.parse(head.toString()).text, body: new Uint8Array(body) });
      });
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        decoder.push(bytes.subarray(at, at + size));
        at += size;
      }
      assert.deepEqual(received, sent);
    }),
  );
});

test('a frame beyond the limits is refused before anything is kept for it', () => {
  const lengths = (head: number, body: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32BE(head, 0);
    bytes.writeUInt32BE(body, 4);
    return bytes;
  };
  const decoder = () => new FrameDecoder(LIMITS, () => assert.fail('no frame was whole'));
  assert.throws(() => decoder().push(lengths(1_001, 0)), {
    code: 'script_failed',
    message: /head has 1001 bytes/,
  });
  assert.throws(() => decoder().push(lengths(1, 0xffff_ffff)), {
    code: 'script_failed',
    message: /limit is 5000/,
  });
  decoder().push(lengths(1_000, 5_000));
});
