import assert from 'node:assert/strict';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { temporaryFolder } from '@slipway/testkit';
import {
  type AttrValueSchema,
  BundleEntryProtoSchema,
  BundleHeaderProtoSchema,
  MetaGraphDefSchema,
  type NodeDefSchema,
} from '../generated/tensorflow/tensorflow_pb.ts';
import { loadBytes } from '../onnx/bytes.ts';
import { readModel } from '../onnx/read-model.ts';
import { crc32c, maskCrc } from '../tensorflow/bundle/crc32c.ts';
import { sliceKey } from '../tensorflow/bundle/slice-key.ts';
import { type Pair, writeTable } from '../tensorflow/bundle/table-writer.test.helper.ts';
import { convertApart } from './convert-apart.test.helper.ts';

type Node = MessageInitShape<typeof NodeDefSchema>;
type Attribute = MessageInitShape<typeof AttrValueSchema>;

/** Bytes of the variables; `npm run test:heavy -- large-checkpoint` asks for more. */
const BYTES = Number(process.env['CHECKPOINT_BYTES'] ?? 128 * 1024 * 1024);
const COLUMNS = 1024;
const FLOAT_BYTES = 4;

/** What the process may take: Node itself has some 90 MB of it, and variables are read in pieces of 4 MiB. */
const MAX_PEAK_BYTES = 160 * 1024 * 1024;

/** A variable, and in how many parts of rows it was saved. */
interface Variable {
  readonly name: string;
  readonly rows: number;
  readonly parts: number;
}

/** Half of the bytes stand in one variable, a quarter in one of two parts, and a quarter in another. */
const ROWS = Math.floor(BYTES / (4 * COLUMNS * FLOAT_BYTES));
const VARIABLES: readonly Variable[] = [
  { name: 'large', rows: 2 * ROWS, parts: 1 },
  { name: 'split', rows: 2 * Math.floor(ROWS / 2), parts: 2 },
  { name: 'other', rows: ROWS, parts: 1 },
];

test('a checkpoint is converted in memory that does not grow with it', async (scope) => {
  const folder = await temporaryFolder(scope);
  const stored = await writeCheckpoint(join(folder, 'model'));
  const into = join(folder, 'model.onnx');
  const request = { inputs: stored.map((name) => `${name}/x`), outputs: stored.map((name) => `${name}/y`) };
  const [outcome] = await convertApart([{ name: 'large', path: join(folder, 'model'), request, into }], 256);
  const { message = '', peakBytes = 0, seconds = 0 } = outcome ?? {};
  assert.equal(message, '');
  scope.diagnostic(
    `${BYTES / 2 ** 20} MiB: ${seconds.toFixed(1)} s, at most ${Math.ceil(peakBytes / 2 ** 20)} MiB of memory`,
  );
  assert.ok(peakBytes < MAX_PEAK_BYTES, `${peakBytes} bytes`);
  // Each stored tensor begins with its number, so that none is another's.
  const { initializers } = (await readModel(into)).graph;
  for (const [index, name] of stored.entries()) {
    const { data } = initializers.find((tensor) => tensor.name === `${name}:0`) ?? assert.fail(name);
    assert.ok(data.form === 'raw' || data.form === 'external');
    const { bytes } = data;
    const first = bytes instanceof Uint8Array ? bytes : loadBytes({ ...bytes, length: FLOAT_BYTES });
    assert.deepEqual([...first.subarray(0, FLOAT_BYTES)], [index + 1, 0, 0, 0]);
  }
});

/** A checkpoint whose shard is a hole but for the first byte of each stored tensor. Gives the variables' nodes. */
async function writeCheckpoint(prefix: string): Promise<readonly string[]> {
  const pairs: Pair[] = [];
  const nodes: Node[] = [];
  const restored: { node: string; tensor: string; slice: string }[] = [];
  await using shard = await open(`${prefix}.data-00000-of-00001`, 'w');
  let offset = 0;
  for (const { name, rows, parts } of VARIABLES) {
    const slices = [];
    for (let part = 0; part < parts; part += 1) {
      const [count, start] = [rows / parts, (part * rows) / parts];
      const size = count * COLUMNS * FLOAT_BYTES;
      await shard.write(Uint8Array.of(restored.length + 1), 0, 1, offset);
      const where = { offset: BigInt(offset), size: BigInt(size), crc32c: crcOf(restored.length + 1, size) };
      const entry = { dtype: 1, shape: shapeOf(count, COLUMNS), ...where };
      const extents = [
        { start, length: count },
        { start: 0, length: null },
      ];
      pairs.push([Buffer.from(parts === 1 ? name : sliceKey(name, extents), 'latin1'), entryOf(entry)]);
      slices.push({
        extent: [{ start: BigInt(start), hasLength: { case: 'length', value: BigInt(count) } as const }, {}],
      });
      const node = parts === 1 ? name : `${name}/part_${part}`;
      const slice = parts === 1 ? '' : `${rows} ${COLUMNS} ${start},${count}:-`;
      restored.push({ node, tensor: name, slice });
      nodes.push(...nodesOf(node, count));
      offset += size;
    }
    if (parts > 1)
      pairs.push([Buffer.from(name), entryOf({ dtype: 1, shape: shapeOf(rows, COLUMNS), slices })]);
  }
  await shard.truncate(offset);
  const header = toBinary(BundleHeaderProtoSchema, create(BundleHeaderProtoSchema, { numShards: 1 }));
  const sorted = pairs.toSorted(([a], [b]) => Buffer.compare(a, b));
  const all: Pair[] = [[Buffer.alloc(0), Buffer.from(header)], ...sorted];
  await writeFile(`${prefix}.index`, writeTable(all, { perBlock: 9, perRestart: 9 }));
  const node = [
    ...nodes,
    texts(
      'save/names',
      restored.map(({ tensor }) => tensor),
    ),
    texts(
      'save/slices',
      restored.map(({ slice }) => slice),
    ),
    { name: 'save/restore', op: 'RestoreV2', input: ['save/names', 'save/names', 'save/slices'] },
    ...restored.map(({ node: variable }, index) => ({
      name: `${variable}/assign`,
      op: 'Assign',
      input: [variable, `save/restore:${index}`],
    })),
  ];
  const meta = create(MetaGraphDefSchema, { graphDef: { versions: { producer: 27 }, node } });
  await writeFile(`${prefix}.meta`, toBinary(MetaGraphDefSchema, meta));
  return restored.map(({ node: variable }) => variable);
}

/** A variable, and what is computed with it. */
function nodesOf(name: string, rows: number): readonly Node[] {
  const T: Attribute = { value: { case: 'type', value: 1 } };
  const shape: Attribute = { value: { case: 'shape', value: shapeOf(-1, rows) } };
  return [
    { name, op: 'VariableV2' },
    { name: `${name}/x`, op: 'Placeholder', attr: { dtype: T, shape } },
    { name: `${name}/y`, op: 'MatMul', input: [`${name}/x`, name], attr: { T } },
  ];
}

function texts(name: string, all: readonly string[]): Node {
  const stringVal = all.map((one) => Buffer.from(one));
  const value = { dtype: 7, tensorShape: { dim: [{ size: BigInt(all.length) }] }, stringVal };
  return { name, op: 'Const', attr: { value: { value: { case: 'tensor', value } } } };
}

function shapeOf(...sizes: readonly number[]) {
  return { dim: sizes.map((size) => ({ size: BigInt(size) })) };
}

function entryOf(entry: MessageInitShape<typeof BundleEntryProtoSchema>): Buffer {
  return Buffer.from(toBinary(BundleEntryProtoSchema, create(BundleEntryProtoSchema, entry)));
}

/** The masked checksum of one byte and zeros behind it. */
function crcOf(first: number, size: number): number {
  const zeros = new Uint8Array(4 * 1024 * 1024);
  let sum = crc32c(Uint8Array.of(first));
  for (let at = 1; at < size; at += zeros.length) sum = crc32c(zeros.subarray(0, size - at), sum);
  return maskCrc(sum);
}
