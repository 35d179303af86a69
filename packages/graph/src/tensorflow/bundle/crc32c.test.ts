import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as check, nat, property, uint8Array } from 'fast-check';
import { crc32c, maskCrc } from './crc32c.ts';

test('checksums are those of RFC 3720, B.4, and of LevelDB', () => {
  const ascending = Uint8Array.from({ length: 32 }, (_, index) => index);
  const vectors: readonly (readonly [Uint8Array, number])[] = [
    [new Uint8Array(32), 0x8a9136aa],
    [new Uint8Array(32).fill(255), 0x62a8ab43],
    [ascending, 0x46dd794e],
    [ascending.toReversed(), 0x113fdb5c],
    [Buffer.from('123456789'), 0xe3069283],
    [new Uint8Array(0), 0],
  ];
  for (const [bytes, sum] of vectors) assert.equal(crc32c(bytes), sum);
  assert.equal(
    maskCrc(crc32c(Buffer.from('foo'))),
    (0xa282ead8 + ((0xcfc4ae1d >>> 15) | (0xcfc4ae1d << 17))) >>> 0,
  );
});

test('a checksum is the same in pieces, wherever the bytes lie in memory', () => {
  check(
    property(uint8Array({ maxLength: 100 }), nat(100), nat(8), (bytes, cut, shift) => {
      const moved = new Uint8Array(bytes.length + shift).subarray(shift);
      moved.set(bytes);
      const whole = crc32c(bytes);
      assert.equal(crc32c(moved), whole);
      assert.equal(crc32c(moved.subarray(cut), crc32c(moved.subarray(0, cut))), whole);
    }),
  );
});
