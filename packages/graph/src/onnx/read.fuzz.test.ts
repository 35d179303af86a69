import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { seededRandom, temporaryFolder } from '@slipway/testkit';
import { GraphError } from '../graph-error.ts';
import { checkModel } from './check/check-model.ts';
import { FIXTURES, fixturePath } from './fixtures.test.helper.ts';
import { readModel } from './read-model.ts';
import { writeModel } from './write-model.ts';

/** `FUZZ_INPUTS` asks for more (`npm run fuzz -- onnx`), `FUZZ_SEED` for others. */
const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 2_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_123);

/** An input takes less than a millisecond; this many tell that one hangs, however slow the machine is. */
const HANG_MS = 10_000;

/** Numbers that mean something: lengths beyond the file, the largest varint, tags of fields that hold messages. */
const FRAGMENTS: readonly Uint8Array[] = [
  Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f),
  Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01),
  Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80),
  Uint8Array.of(0x3a, 0x80, 0x01),
  Uint8Array.of(0x0a, 0x00),
  Uint8Array.of(0x2a, 0x02, 0x08, 0x7f),
  Uint8Array.of(0x08, 0x80, 0x94, 0xeb, 0xdc, 0x03),
];

test('damaged models are read or refused, and what is read can be checked and written', async (t) => {
  const samples = FIXTURES.map((name) => readFileSync(fixturePath(name)));
  const random = seededRandom(SEED);
  const draw = (below: number): number => Math.floor(random() * below);
  const folder = await temporaryFolder(t);
  const path = join(folder, 'model.onnx');
  const counts = { read: 0, refused: 0 };
  for (let index = 0; index < INPUTS; index += 1) {
    const bytes = damaged(samples[draw(samples.length)] ?? Buffer.alloc(0), draw);
    writeFileSync(path, bytes);
    const before = performance.now();
    try {
      const model = readModel(path);
      checkModel(model);
      counts.read += 1;
      if (counts.read % 200 === 0) {
        const again = join(folder, 'again.onnx');
        await writeModel(model, again);
        const settled = readFileSync(again);
        await writeModel(readModel(again), again);
        assert.deepEqual(readFileSync(again), settled);
      }
    } catch (error) {
      const said = `Input ${index}: ${bytes.toString('hex')}`;
      if (!(error instanceof GraphError)) throw new Error(said, { cause: error });
      assert.ok(error.message.length < 4096, said);
      counts.refused += 1;
    }
    assert.ok(performance.now() - before < HANG_MS, `Input ${index} hangs: ${bytes.toString('hex')}`);
  }
  // Otherwise the damage would be too small or too great to tell anything.
  const few = INPUTS / 200;
  assert.ok(counts.read > few && counts.refused > few, `${counts.read} read, ${counts.refused} refused`);
});

function damaged(sample: Buffer, draw: (below: number) => number): Buffer {
  let bytes = Buffer.from(sample);
  for (let count = 1 + draw(3); count > 0; count -= 1) {
    const at = draw(bytes.length + 1);
    const fragment = FRAGMENTS[draw(FRAGMENTS.length)] ?? new Uint8Array(0);
    const kind = draw(5);
    if (kind === 0) bytes = bytes.subarray(0, at);
    else if (kind === 1) bytes = Buffer.concat([bytes.subarray(0, at), fragment, bytes.subarray(at)]);
    else if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + draw(16))]);
    else if (at < bytes.length) bytes[at] = kind === 3 ? draw(256) : (bytes[at] ?? 0) ^ (1 << draw(8));
  }
  return bytes;
}
