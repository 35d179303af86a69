import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { seededRandom } from '@slipway/testkit';
import { GraphDefSchema, SavedModelSchema } from '../generated/tensorflow/tensorflow_pb.ts';
import { GraphError } from '../graph-error.ts';
import { readBundleIndex } from './bundle/bundle-index.ts';
import { crc32c, maskCrc } from './bundle/crc32c.ts';
import { unpackSnappy } from './bundle/snappy.ts';
import { packSnappy, uint32, writeTable } from './bundle/table-writer.test.helper.ts';
import { decodeMessage } from './decode-message.ts';
import { fixture } from './fixtures.test.helper.ts';
import { readGraph } from './meta-graph.ts';
import { readTable } from './bundle/table.ts';

/** Inputs for each reader; `FUZZ_INPUTS` asks for more (`npm run fuzz -- tensorflow`), `FUZZ_SEED` for others. */
const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 2_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_123);

/** Memory that a reader may take for a file of some 60 kB, with what has not been collected yet. */
const MAX_HEAP_BYTES = 512 * 1024 * 1024;

interface Fuzzed {
  readonly name: string;
  readonly samples: readonly Buffer[];
  read(bytes: Buffer): unknown;
  /** What makes a damaged file whole enough to be looked into. */
  mend?(bytes: Buffer): void;
}

const INDEX = readFileSync(fixture('tf1-checkpoint/mnist-tf.model.index'));
const PAIRS = readTable('x', INDEX).map(
  ({ key, value }) => [Buffer.from(key, 'latin1'), Buffer.from(value)] as const,
);
const TABLES = [INDEX, writeTable(PAIRS, { perBlock: 3, perRestart: 2, pack: packSnappy })];

const READERS: readonly Fuzzed[] = [
  { name: 'index', samples: TABLES, read: (bytes) => readBundleIndex('x', bytes) },
  { name: 'index with good checksums', samples: TABLES, read: (bytes) => readBundleIndex('x', bytes), mend },
  { name: 'snappy', samples: [packSnappy(INDEX)], read: unpackSnappy },
  {
    name: 'graph',
    samples: [readFileSync(fixture('frozen.pb'))],
    read: (bytes) => readGraph('x', decodeMessage('x', bytes, GraphDefSchema)),
  },
  {
    name: 'SavedModel',
    samples: [readFileSync(fixture('tf2-saved-model/saved_model.pb'))],
    read: (bytes) => {
      for (const { graphDef } of decodeMessage('x', bytes, SavedModelSchema).metaGraphs)
        if (graphDef !== undefined) readGraph('x', graphDef);
    },
  },
];

for (const reader of READERS)
  test(`a damaged ${reader.name} is read or refused, in bounded memory`, () => {
    const random = seededRandom(SEED);
    const draw = (below: number) => Math.floor(random() * below);
    let refused = 0;
    for (let index = 0; index < INPUTS; index += 1) {
      const bytes = damaged(reader.samples, draw);
      reader.mend?.(bytes);
      try {
        reader.read(bytes);
      } catch (error) {
        const known = error instanceof GraphError || (reader.read === unpackSnappy && error instanceof RangeError);
        assert.ok(known, `${bytes.toString('hex').slice(0, 2_000)}: ${String(error)}`);
        refused += 1;
      }
      assert.ok(process.memoryUsage().heapUsed < MAX_HEAP_BYTES, bytes.toString('hex').slice(0, 2_000));
    }
    assert.ok(refused > INPUTS / 100, `${refused} of ${INPUTS} refused`);
  });

/** A sample with one to four places overwritten, cut out or doubled; a few bytes mean something to every format. */
function damaged(samples: readonly Buffer[], draw: (below: number) => number): Buffer {
  let bytes = Buffer.from(samples[draw(samples.length)] ?? []);
  for (let changes = 1 + draw(4); changes > 0; changes -= 1) {
    const at = draw(bytes.length + 1);
    const kind = draw(6);
    const [kept, rest] = [bytes.subarray(0, at), bytes.subarray(at)];
    if (kind < 2 && at < bytes.length) bytes[at] = draw(256);
    else if (kind === 2 && at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << draw(8));
    else if (kind === 3) bytes = Buffer.concat([kept, rest.subarray(draw(40))]);
    else if (kind === 4) bytes = Buffer.concat([kept, Buffer.alloc(1 + draw(9), 255), rest.subarray(draw(10))]);
    else bytes = Buffer.concat([kept, bytes.subarray(Math.max(0, at - draw(40)))]);
  }
  return bytes;
}

/** Writes the right checksum behind each block that the sample had, wherever it still stands. */
function mend(bytes: Buffer): void {
  const ends = [...blockEnds(INDEX), ...blockEnds(TABLES[1] as Buffer)];
  for (const { start, end } of ends)
    if (end + 4 <= bytes.length) uint32(maskCrc(crc32c(bytes.subarray(start, end)))).copy(bytes, end);
}
