import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reducedRangeFor } from './processor.ts';

const PROCESSORS = [
  ['x64', 'sse4_1 avx2 avx512f avx512_vnni', false, /VNNI \(avx512_vnni\)/],
  ['x64', 'avx2 avx_vnni', false, /VNNI \(avx_vnni\)/],
  ['x64', 'avx2 avx512f avx512bw', true, /no VNNI/],
  ['x64', undefined, true, /does not say/],
  ['arm64', undefined, false, /arm64/],
] as const;

for (const [arch, flags, value, why] of PROCESSORS) {
  test(`weights have ${value ? 'seven' : 'eight'} bits on ${arch} with ${flags ?? 'unknown features'}`, () => {
    const found = reducedRangeFor({
      arch,
      flags: flags === undefined ? undefined : new Set(flags.split(' ')),
    });
    assert.equal(found.value, value);
    assert.match(found.why, why);
  });
}
