import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { seededRandom } from '@slipway/testkit';
import { type Draw, damaged } from '../../damage.test.helper.ts';
import { GraphError } from '../../graph-error.ts';
import { inMemory } from '../../keras/byte-source.ts';
import { readDirectory } from '../../keras/zip/archive.ts';
import { writeArchive } from '../../keras/zip/write-archive.test.helper.ts';
import { readTable } from '../../tensorflow/bundle/table.ts';
import { type Pair, writeTable } from '../../tensorflow/bundle/table-writer.test.helper.ts';
import { CATALOGUE_FIXTURES } from '../parity.test.helper.ts';
import { readNpz } from './read-npz.ts';
import { readSafetensors } from './read-safetensors.ts';
import { readV1Checkpoint } from './read-v1-checkpoint.ts';
import type { StoredTensor } from './stored-weights.ts';

/** Inputs for each reader; `FUZZ_INPUTS` asks for more (`npm run fuzz -- weights`), `FUZZ_SEED` for others. */
const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 1_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_123);

/** Memory that a reader may take for a file of some 40 kB, with what has not been collected yet. */
const MAX_HEAP_BYTES = 512 * 1024 * 1024;

const SAFETENSORS = readFileSync(join(CATALOGUE_FIXTURES, 'torchvision-densenet/weights.safetensors'));
/** Its names, types and places; behind it are numbers that nobody looks at. */
const SAFETENSORS_HEAD = 8 + Number(SAFETENSORS.readBigUInt64LE());

const HEADER = `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`;
const ARRAY = Buffer.concat([
  Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, HEADER.length, 0]),
  Buffer.from(HEADER),
  Buffer.alloc(3 * 4 * 4, 1),
]);

const CHECKPOINT = readFileSync(join(CATALOGUE_FIXTURES, 'slim-vgg/old.ckpt'));
const SAVED = readTable('x', CHECKPOINT).map(
  ({ key, value }): Pair => [Buffer.from(key, 'latin1'), Buffer.from(value)],
);
/** Of a value: names, types and places. */
const SAVED_HEAD = 100;

type Read = (draw: Draw) => Promise<ReadonlyMap<string, StoredTensor>>;

const READERS: readonly (readonly [name: string, read: Read])[] = [
  [
    'file of safetensors',
    (draw) => readSafetensors(inMemory('x', damaged(SAFETENSORS, draw, SAFETENSORS_HEAD))),
  ],
  ['archive of numpy', (draw) => readArchive(damaged(archiveOf(ARRAY), draw))],
  ['array in a good archive of numpy', (draw) => readArchive(archiveOf(damaged(ARRAY, draw)))],
  ['checkpoint of one file', (draw) => readV1Checkpoint(inMemory('x', damaged(CHECKPOINT, draw)))],
  ['entry of a good checkpoint', (draw) => readV1Checkpoint(inMemory('x', checkpointOf(draw)))],
];

for (const [name, read] of READERS)
  test(`a damaged ${name} is read or refused, in bounded memory`, async () => {
    const random = seededRandom(SEED);
    const draw: Draw = (below) => Math.floor(random() * below);
    let refused = 0;
    for (let index = 0; index < INPUTS; index += 1) {
      try {
        for (const { load } of (await read(draw)).values()) await load();
      } catch (error) {
        const said = error instanceof Error ? error.stack : error;
        assert.ok(error instanceof GraphError, `input ${index}: ${said}`);
        refused += 1;
      }
      assert.ok(process.memoryUsage().heapUsed < MAX_HEAP_BYTES, `input ${index}`);
    }
    assert.ok(refused > INPUTS / 100 && refused < INPUTS, `${refused} of ${INPUTS} refused`);
  });

function archiveOf(array: Buffer): Buffer {
  return writeArchive([
    { name: 'stored.npy', bytes: array },
    { name: 'packed.npy', bytes: array, deflated: true },
  ]);
}

/** One with good checksums, and one entry that is another. */
function checkpointOf(draw: Draw): Buffer {
  const at = draw(SAVED.length);
  const pairs = SAVED.map(
    ([key, value], index): Pair => [key, index === at ? damaged(value, draw, SAVED_HEAD) : value],
  );
  return writeTable(pairs, { perBlock: 3, perRestart: 2 });
}

async function readArchive(bytes: Buffer): Promise<ReadonlyMap<string, StoredTensor>> {
  const source = inMemory('x', bytes);
  return await readNpz(source, await readDirectory(source));
}
