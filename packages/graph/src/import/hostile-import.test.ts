import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { cp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { temporaryFolder } from '@slipway/testkit';
import {
  type AttrValueSchema,
  GraphDefSchema,
  type NodeDefSchema,
  SavedModelSchema,
  type TensorProtoSchema,
} from '../generated/tensorflow/tensorflow_pb.ts';
import { varint } from '../tensorflow/bundle/table-writer.test.helper.ts';
import { fixture } from '../tensorflow/fixtures.test.helper.ts';
import { loadTensorFlow } from '../tensorflow/load-tensorflow.ts';
import type { TensorRequest } from './choose-tensors.ts';
import { type ConversionCase, convertApart } from './convert-apart.test.helper.ts';

type Node = MessageInitShape<typeof NodeDefSchema>;
type Attribute = MessageInitShape<typeof AttrValueSchema>;
type Tensor = MessageInitShape<typeof TensorProtoSchema>;

/** A graph, what is asked of it, and what is said; a count of nodes where it is converted. */
interface Row {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly request: TensorRequest;
  readonly said: RegExp | number;
}

/** The heap of the process that reads them, and all that it may take. */
const HEAP_MEGABYTES = 512;
const MAX_PEAK_BYTES = 1024 * 1024 * 1024;

/** Far more than any of them takes; one that grows with a number in it takes days. */
const MAX_SECONDS = 60;

const BILLION = 1_000_000_000;
const FLOAT: Attribute = { value: { case: 'type', value: 1 } };
const INT: Attribute = { value: { case: 'type', value: 3 } };

function shape(...sizes: readonly number[]) {
  return { dim: sizes.map((size) => ({ size: BigInt(size) })) };
}

function input(name: string, dtype: Attribute, ...sizes: readonly number[]): Node {
  return {
    name,
    op: 'Placeholder',
    attr: { dtype, shape: { value: { case: 'shape', value: shape(...sizes) } } },
  };
}

function constant(name: string, tensor: Tensor): Node {
  return { name, op: 'Const', attr: { value: { value: { case: 'tensor', value: tensor } } } };
}

function ints(name: string, ...values: readonly number[]): Node {
  return constant(name, { dtype: 3, tensorShape: shape(values.length), intVal: [...values] });
}

function int(value: number): Attribute {
  return { value: { case: 'i', value: BigInt(value) } };
}

function graph(node: readonly Node[]): Uint8Array {
  return toBinary(GraphDefSchema, create(GraphDefSchema, { versions: { producer: 30 }, node: [...node] }));
}

/** A node without a name. */
interface Made {
  readonly op: string;
  readonly input: string[];
  readonly attr?: Record<string, Attribute>;
}

/** A graph of one node `y` with what it takes. */
function row(
  name: string,
  { op, input: taken, attr = {} }: Made,
  others: readonly Node[],
  said: RegExp | number,
): Row {
  const request = { inputs: others.filter(({ op }) => op === 'Placeholder').map((node) => `${node.name}:0`) };
  return {
    name,
    bytes: graph([...others, { name: 'y', op, input: taken, attr }]),
    request: { ...request, outputs: ['y:0'] },
    said,
  };
}

const X = input('x', FLOAT, -1, 2);

const FROM_A_SHAPE: readonly Row[] = [
  row(
    'constant',
    { op: 'Neg', input: ['c'] },
    [X, constant('c', { dtype: 1, tensorShape: shape(BILLION), floatVal: [1] })],
    /take 4000000000 bytes.*tf\.fill/,
  ),
  row(
    'many constants',
    { op: 'AddN', input: Array.from({ length: 300 }, (_, index) => `c${index}`) },
    Array.from({ length: 300 }, (_, index) =>
      constant(`c${index}`, { dtype: 1, tensorShape: shape(1e6), floatVal: [1] }),
    ),
    /take 1200000000 bytes/,
  ),
  row('placeholder', { op: 'Neg', input: ['x'] }, [input('x', FLOAT, BILLION, BILLION)], 1),
  row(
    'shape of that many sizes',
    { op: 'Reshape', input: ['x', 's'] },
    [X, input('s', INT, BILLION)],
    /shape of 1000000000 dimensions/,
  ),
  row(
    'fill of that many sizes',
    { op: 'Fill', input: ['s', 'v'] },
    [input('s', INT, BILLION), input('v', FLOAT)],
    /shape of 1000000000 dimensions/,
  ),
  row(
    'fill',
    { op: 'Fill', input: ['s', 'v'] },
    [ints('s', BILLION, BILLION), constant('v', { dtype: 1, tensorShape: shape(), floatVal: [1] })],
    1,
  ),
  row('reshape', { op: 'Reshape', input: ['x', 's'] }, [X, ints('s', BILLION, -1, BILLION)], 1),
  row(
    'tile',
    { op: 'Tile', input: ['c', 's'] },
    [constant('c', { dtype: 1, tensorShape: shape(1), floatVal: [1] }), ints('s', BILLION)],
    1,
  ),
  row('tile of the unknown', { op: 'Tile', input: ['x', 's'] }, [X, ints('s', BILLION, BILLION)], 1),
  row(
    'pad',
    { op: 'Pad', input: ['c', 'p'] },
    [
      constant('c', { dtype: 1, tensorShape: shape(1), floatVal: [1] }),
      constant('p', { dtype: 3, tensorShape: shape(1, 2), intVal: [BILLION, BILLION] }),
    ],
    /.*/,
  ),
  row(
    'range',
    { op: 'Range', input: ['a', 'b', 'd'] },
    [constantInt('a', 0), constantInt('b', BILLION), constantInt('d', 1)],
    1,
  ),
  row(
    'split',
    { op: 'Split', input: ['a', 'x'], attr: { num_split: int(BILLION) } },
    [constantInt('a', 0), X],
    /has 1000000000 outputs/,
  ),
  row('unpack', { op: 'Unpack', input: ['x'], attr: { num: int(BILLION) } }, [X], /has 1000000000 outputs/),
  row(
    'slice',
    { op: 'StridedSlice', input: ['x', 'a', 'b', 'd'] },
    [input('x', FLOAT, BILLION), ints('a', 1), ints('b', BILLION), ints('d', 1)],
    2,
  ),
];

/** A scalar of int32. */
function constantInt(name: string, value: number): Node {
  return constant(name, { dtype: 3, tensorShape: shape(), intVal: [value] });
}

function chain(length: number, name: (index: number) => string): Node[] {
  return Array.from({ length }, (_, index) => ({
    name: name(index),
    op: 'Relu',
    input: [index === 0 ? 'x' : name(index - 1)],
    attr: { T: FLOAT },
  }));
}

/** A list in a list in a list of attributes of functions. */
function nested(depth: number): Attribute {
  let attribute: Attribute = int(1);
  for (let level = 0; level < depth; level += 1)
    attribute = { value: { case: 'func', value: { name: 'f', attr: { a: attribute } } } };
  return attribute;
}

/** A field of bytes as protobuf writes it. */
function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

/** A graph of one node with these bytes behind its name and its op. */
function oneNode(fields: Buffer): Uint8Array {
  const body = Buffer.concat([Buffer.from([0x0a, 1, 0x6e, 0x12, 1, 0x41]), fields]);
  return Buffer.concat([Buffer.from([0x0a]), varint(body.length), body]);
}

const LONG = 'n'.repeat(1_000_000);

const GRAPHS: readonly Row[] = [
  {
    name: 'a million nodes',
    bytes: Buffer.alloc(8_000_000, oneNode(Buffer.alloc(0))),
    request: {},
    said: /more than 250000 nodes/,
  },
  {
    name: 'millions of names',
    bytes: oneNode(Buffer.alloc(11_000_000, Uint8Array.of(0x1a, 0))),
    request: {},
    said: /more than 5000000 messages and names/,
  },
  {
    name: 'millions of numbers',
    bytes: oneNode(field(5, field(2, field(1, field(5, Buffer.alloc(32_100_000, 1)))))),
    request: {},
    said: /more than 32000000 numbers/,
  },
  {
    name: 'nodes of many outputs',
    bytes: graph([
      X,
      constantInt('axis', 0),
      ...Array.from(
        { length: 150 },
        (_, index): Node => ({
          name: `n${index}`,
          op: 'Split',
          input: ['axis', index === 0 ? 'x' : `n${index - 1}`],
          attr: { num_split: int(10_000) },
        }),
      ),
    ]),
    request: { inputs: ['x'], outputs: ['n149'] },
    said: /more than 1000000 tensors/,
  },
  {
    name: 'a long chain',
    bytes: graph([X, ...chain(20_000, (index) => `n${index}`)]),
    request: {},
    said: 20_000,
  },
  {
    name: 'many outputs',
    bytes: graph([
      X,
      ...Array.from(
        { length: 20_000 },
        (_, index): Node => ({ name: `n${index}`, op: 'Relu', input: ['x'] }),
      ),
    ]),
    request: {},
    said: /Name one of .* and 19990 more/,
  },
  {
    name: 'many placeholders',
    bytes: graph([
      X,
      ...Array.from({ length: 20_000 }, (_, index) => input(`p${index}`, FLOAT)),
      { name: 'y', op: 'AddN', input: Array.from({ length: 20_000 }, (_, index) => `p${index}`) },
    ]),
    request: { inputs: ['x'], outputs: ['y'] },
    said: /and 19990 more, which no input feeds/,
  },
  {
    name: 'long names',
    bytes: graph([X, ...chain(20, (index) => `${LONG}${index}`)]),
    request: {},
    said: 20,
  },
  {
    name: 'long name of what is not there',
    bytes: graph([X, { name: 'y', op: 'Neg', input: [LONG] }]),
    request: {},
    said: /^.{0,900} is not there/s,
  },
  {
    name: 'deep nesting',
    bytes: graph([X, { name: 'y', op: 'Neg', input: ['x'], attr: { f: nested(60) } }]),
    request: {},
    said: /more than 100 deep/,
  },
  {
    name: 'circle',
    bytes: graph([X, { name: 'a', op: 'Add', input: ['b', 'x'] }, { name: 'b', op: 'Neg', input: ['a'] }]),
    request: { inputs: ['x'], outputs: ['a'] },
    said: /take each other as inputs: "a" → "b" → "a"/,
  },
  {
    name: 'circle through NextIteration',
    bytes: graph([
      X,
      { name: 'a', op: 'Add', input: ['b', 'x'] },
      { name: 'b', op: 'NextIteration', input: ['a'] },
    ]),
    request: { inputs: ['x'], outputs: ['a'] },
    said: /loop|cannot be converted/,
  },
  {
    name: 'negative sizes',
    bytes: graph([input('x', FLOAT, -7, 2), { name: 'y', op: 'Neg', input: ['x'] }]),
    request: {},
    said: /"shape" of node "x" is a shape that no tensor has/,
  },
  {
    name: 'sizes beyond numbers',
    bytes: graph([
      {
        name: 'x',
        op: 'Placeholder',
        attr: { dtype: FLOAT, shape: { value: { case: 'shape', value: { dim: [{ size: 2n ** 62n }] } } } },
      },
      { name: 'y', op: 'Neg', input: ['x'] },
    ]),
    request: {},
    said: /is a shape that no tensor has/,
  },
  {
    name: 'a thousand dimensions',
    bytes: graph([
      input('x', FLOAT, ...Array.from({ length: 1000 }, () => 1)),
      { name: 'y', op: 'Neg', input: ['x'] },
    ]),
    request: {},
    said: /is a shape that no tensor has/,
  },
  row('constant of negative sizes', { op: 'Reshape', input: ['x', 's'] }, [X, ints('s', -5, 3)], /.*/),
  row(
    'shape that is no number',
    { op: 'Reshape', input: ['x', 's'] },
    [X, constant('s', { dtype: 1, tensorShape: shape(2), floatVal: [Number.NaN, 1] })],
    /.*/,
  ),
  row('input that is not there', { op: 'Neg', input: ['x:7'] }, [X], /input "x:7" is not there/),
];

test('graphs of strangers are converted or refused, in bounded time and memory', async (scope) => {
  const folder = await temporaryFolder(scope);
  const rows = [...FROM_A_SHAPE, ...GRAPHS];
  const cases = await Promise.all(
    rows.map(async ({ name, bytes, request }, index): Promise<ConversionCase> => {
      const path = join(folder, `${index}.pb`);
      await writeFile(path, bytes);
      return { name, path, request };
    }),
  );
  const outcomes = await convertApart(cases, HEAP_MEGABYTES);
  for (const [index, { name, seconds, peakBytes, nodes, code, message = '' }] of outcomes.entries()) {
    const { said } = rows[index] as Row;
    if (typeof said === 'number') assert.deepEqual([nodes, message.slice(0, 2_000)], [said, ''], name);
    else assert.match(message.slice(0, 2_000), said, name);
    assert.equal(message === '' || code !== undefined, true, `${name}: ${message.slice(0, 2_000)}`);
    assert.ok(seconds < MAX_SECONDS, `${name}: ${seconds} s`);
    assert.ok(peakBytes < MAX_PEAK_BYTES, `${name}: ${peakBytes} bytes`);
  }
});

test('a signature that names nothing is refused', async (scope) => {
  const folder = await temporaryFolder(scope);
  const saved = fromBinary(SavedModelSchema, readFileSync(fixture('tf2-saved-model/saved_model.pb')));
  const names = ['nothing:0', 'serving_default_x:999999', '^serving_default_x', '', 'a:b:c', `${LONG}:0`];
  const cases = await Promise.all(
    names.map(async (name, index): Promise<ConversionCase> => {
      const path = join(folder, `model${index}`);
      await cp(fixture('tf2-saved-model'), path, { recursive: true });
      for (const { outputs } of Object.values(saved.metaGraphs[0]?.signatureDef ?? {}))
        for (const info of Object.values(outputs)) info.encoding = { case: 'name', value: name };
      await writeFile(join(path, 'saved_model.pb'), toBinary(SavedModelSchema, saved));
      return { name: name.slice(0, 20), path, request: {} };
    }),
  );
  const outcomes = await convertApart(cases, HEAP_MEGABYTES);
  for (const { name, code, message = '' } of outcomes) {
    assert.equal(code, 'invalid_argument', `${name}: ${message.slice(0, 2_000)}`);
    assert.match(message.slice(0, 2_000), /has no (tensor|output)/, name);
  }
});

test('a file of the model that is behind a link out of its folder is refused', async (scope) => {
  const folder = await temporaryFolder(scope);
  await cp(fixture('tf2-saved-model'), join(folder, 'elsewhere'), { recursive: true });
  const files = ['saved_model.pb', 'variables/variables.index', 'variables/variables.data-00000-of-00001'];
  for (const [index, file] of files.entries()) {
    const path = join(folder, `model${index}`);
    await cp(fixture('tf2-saved-model'), path, { recursive: true });
    await rm(join(path, file));
    await symlink(join(folder, 'elsewhere', file), join(path, file));
    await assert.rejects(loadTensorFlow(path), {
      code: 'invalid_file',
      message: /behind a link that leads out/,
    });
    await rm(join(path, file));
    await cp(join(folder, 'elsewhere'), path, { recursive: true });
    await rename(join(path, file), join(path, 'moved'));
    await symlink(join(path, 'moved'), join(path, file));
    await using model = await loadTensorFlow(path);
    assert.ok(model.variables !== null);
  }
});
