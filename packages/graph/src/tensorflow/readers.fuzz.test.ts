import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { seededRandom } from '@slipway/testkit';
import { GraphDefSchema, SavedModelSchema } from '../generated/tensorflow/tensorflow_pb.ts';
import { GraphError } from '../graph-error.ts';
import { readBundleIndex } from './bundle/bundle-index.ts';
import { unpackSnappy } from './bundle/snappy.ts';
import { readTable } from './bundle/table.ts';
import { packSnappy, writeTable } from './bundle/table-writer.test.helper.ts';
import { decodeMessage } from './decode-message.ts';
import { fixture } from './fixtures.test.helper.ts';
import { readGraph } from './meta-graph.ts';

/** Inputs for each reader; `FUZZ_INPUTS` asks for more (`npm run fuzz -- tensorflow`), `FUZZ_SEED` for others. */
const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 1_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_123);

/** Memory that a reader may take for a file of some 60 kB, with what has not been collected yet. */
const MAX_HEAP_BYTES = 512 * 1024 * 1024;

type Draw = (below: number) => number;

interface Fuzzed {
  readonly name: string;
  /** A file with damage. */
  readonly make: (draw: Draw) => Buffer;
  readonly read: (bytes: Buffer) => unknown;
}

const INDEX = readFileSync(fixture('tf1-checkpoint/mnist-tf.model.index'));
const PAIRS = readTable('x', INDEX).map(
  ({ key, value }) => [Buffer.from(key, 'latin1'), Buffer.from(value)] as const,
);
const GRAPH = readFileSync(fixture('frozen.pb'));
const SAVED_MODEL = readFileSync(fixture('tf2-saved-model/saved_model.pb'));

const READERS: readonly Fuzzed[] = [
  { name: 'index', make: (draw) => damaged(INDEX, draw), read: (bytes) => readBundleIndex('x', bytes) },
  {
    name: 'index with good checksums',
    make: (draw) => {
      const pack = (block: Buffer) => (draw(3) > 0 ? packSnappy(block) : damaged(packSnappy(block), draw));
      const pairs = PAIRS.map(([key, value]) => [key, draw(9) > 0 ? value : damaged(value, draw)] as const);
      return writeTable(pairs, { perBlock: 3, perRestart: 2, pack });
    },
    read: (bytes) => readBundleIndex('x', bytes),
  },
  { name: 'snappy block', make: (draw) => damaged(packSnappy(INDEX), draw), read: unpackSnappy },
  {
    name: 'graph',
    make: (draw) => damaged(GRAPH, draw),
    read: (bytes) => readGraph('x', decodeMessage('x', bytes, GraphDefSchema)),
  },
  {
    name: 'SavedModel',
    make: (draw) => damaged(SAVED_MODEL, draw),
    read: (bytes) => {
      for (const { graphDef } of decodeMessage('x', bytes, SavedModelSchema).metaGraphs)
        if (graphDef !== undefined) readGraph('x', graphDef);
    },
  },
];

for (const reader of READERS)
  test(`a damaged ${reader.name} is read or refused, in bounded memory`, () => {
    const random = seededRandom(SEED);
    const draw: Draw = (below) => Math.floor(random() * below);
    let refused = 0;
    for (let index = 0; index < INPUTS; index += 1) {
      const bytes = reader.make(draw);
      try {
        reader.read(bytes);
      } catch (error) {
        const known =
          error instanceof GraphError || (reader.read === unpackSnappy && error instanceof RangeError);
        assert.ok(known, `${bytes.toString('hex').slice(0, 2_000)}: ${String(error)}`);
        refused += 1;
      }
      assert.ok(process.memoryUsage().heapUsed < MAX_HEAP_BYTES, bytes.toString('hex').slice(0, 2_000));
    }
    assert.ok(refused > INPUTS / 100, `${refused} of ${INPUTS} refused`);
  });

/** A sample with one to four places overwritten, cut out or doubled; a few bytes mean something to every format. */
function damaged(sample: Buffer, draw: Draw): Buffer {
  let bytes = Buffer.from(sample);
  for (let changes = 1 + draw(4); changes > 0; changes -= 1) {
    const at = draw(bytes.length + 1);
    const kind = draw(6);
    const [kept, rest] = [bytes.subarray(0, at), bytes.subarray(at)];
    if (kind < 2 && at < bytes.length) bytes[at] = draw(256);
    else if (kind === 2 && at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << draw(8));
    else if (kind === 3) bytes = Buffer.concat([kept, rest.subarray(draw(40))]);
    else if (kind === 4)
      bytes = Buffer.concat([kept, Buffer.alloc(1 + draw(9), 255), rest.subarray(draw(10))]);
    else bytes = Buffer.concat([kept, bytes.subarray(Math.max(0, at - draw(40)))]);
  }
  return bytes;
}
