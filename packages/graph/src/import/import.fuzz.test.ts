import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { clone, fromBinary, toBinary } from '@bufbuild/protobuf';
import { seededRandom, temporaryFolder } from '@slipway/testkit';
import {
  type AttrValue,
  AttrValueSchema,
  type GraphDef,
  GraphDefSchema,
  MetaGraphDefSchema,
  type NodeDef,
  SavedModelSchema,
} from '../generated/tensorflow/tensorflow_pb.ts';
import { GraphError } from '../graph-error.ts';
import { fixture } from '../tensorflow/fixtures.test.helper.ts';
import { loadTensorFlow } from '../tensorflow/load-tensorflow.ts';
import type { TensorRequest } from './choose-tensors.ts';
import { importTensorFlow } from './import-tensorflow.ts';
import { MAPPERS } from './ops/mappers.ts';

/** Models of each file; `FUZZ_INPUTS` asks for more (`npm run fuzz -- tensorflow-import`), `FUZZ_SEED` for others. */
const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 100);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_123);

/** Memory that an import may take for a file of some 60 kB, with what has not been collected yet. */
const MAX_HEAP_BYTES = 512 * 1024 * 1024;

/** Far more than any takes on a busy machine. */
const MAX_SECONDS = 30;

type Draw = (below: number) => number;

/** A folder or a file whose graph is changed. */
interface Sample {
  readonly name: string;
  /** The file with the graph, within the model; empty where it is that file. */
  readonly file: string;
  readonly request: TensorRequest;
  /** The bytes of the file with another graph in it. */
  readonly change: (bytes: Uint8Array, change: (graph: GraphDef) => void) => Uint8Array;
}

const inSavedModel: Sample['change'] = (bytes, change) => {
  const saved = fromBinary(SavedModelSchema, bytes);
  for (const { graphDef } of saved.metaGraphs) if (graphDef !== undefined) change(graphDef);
  return toBinary(SavedModelSchema, saved);
};

const inMetaGraph: Sample['change'] = (bytes, change) => {
  const meta = fromBinary(MetaGraphDefSchema, bytes);
  if (meta.graphDef !== undefined) change(meta.graphDef);
  return toBinary(MetaGraphDefSchema, meta);
};

const inGraph: Sample['change'] = (bytes, change) => {
  const graph = fromBinary(GraphDefSchema, bytes);
  change(graph);
  return toBinary(GraphDefSchema, graph);
};

const FUNCTIONS = { inputs: ['a:0', 'b:0', 'c:0', 'd:0'], outputs: ['result:0'] };
const CHECKPOINT = { inputs: ['network/X'], outputs: ['network/output/MatMul'] };

const SAMPLES: readonly Sample[] = [
  { name: 'frozen.pb', file: '', request: {}, change: inGraph },
  { name: '../tensorflow-edges/functions.pb', file: '', request: FUNCTIONS, change: inGraph },
  { name: '../tensorflow-edges/no-saver', file: 'saved_model.pb', request: {}, change: inSavedModel },
  { name: 'tf2-saved-model', file: 'saved_model.pb', request: {}, change: inSavedModel },
  { name: 'keras-export', file: 'saved_model.pb', request: {}, change: inSavedModel },
  { name: 'tf1-checkpoint', file: 'mnist-tf.model.meta', request: CHECKPOINT, change: inMetaGraph },
];

for (const { name, file, request, change } of SAMPLES)
  test(`${name} with another graph is converted or refused, in bounded time and memory`, async (scope) => {
    const random = seededRandom(SEED);
    const draw: Draw = (below) => Math.floor(random() * below);
    const model = join(await temporaryFolder(scope), 'model');
    await cp(fixture(name), model, { recursive: true });
    const path = join(model, file);
    const bytes = await readFile(path);
    let converted = 0;
    for (let index = 0; index < INPUTS; index += 1) {
      const made = change(bytes, (graph) => {
        for (let changes = 1 + draw(3); changes > 0; changes -= 1) changeGraph(graph, draw);
      });
      await writeFile(path, made);
      const began = performance.now();
      const failed = await convert(model, request);
      const input = `input ${index} of seed ${SEED}`;
      assert.ok(failed === undefined || failed instanceof GraphError, `${input}: ${stackOf(failed)}`);
      assert.ok(performance.now() - began < MAX_SECONDS * 1000, input);
      assert.ok(process.memoryUsage().heapUsed < MAX_HEAP_BYTES, input);
      if (failed === undefined) converted += 1;
    }
    assert.ok(converted < INPUTS, 'nothing was refused');
  });

async function convert(path: string, request: TensorRequest): Promise<unknown> {
  try {
    await using model = await loadTensorFlow(path);
    await importTensorFlow(model, request);
    return undefined;
  } catch (error) {
    return error;
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Changes one node of the graph, or of a function in it. */
function changeGraph(graph: GraphDef, draw: Draw): void {
  const bodies = [graph.node, graph.node, ...(graph.library?.function ?? []).map(({ nodeDef }) => nodeDef)];
  const nodes = bodies[draw(bodies.length)] ?? [];
  const node = nodes[draw(nodes.length)];
  if (node === undefined) return;
  const other = nodes[draw(nodes.length)] ?? node;
  const kind = draw(7);
  if (kind === 0) node.op = [...MAPPERS.keys()][draw(MAPPERS.size)] ?? '';
  else if (kind === 1) node.op = other.op;
  else if (kind === 2) changeInput(node, other, draw);
  else if (kind === 3) node.input.splice(draw(node.input.length + 1), 1);
  else if (kind === 4) Object.assign(node.attr, other.attr);
  else changeAttribute(node, draw);
}

function changeInput(node: NodeDef, other: NodeDef, draw: Draw): void {
  const given = other.input[draw(other.input.length)] ?? `${other.name}:${draw(3)}`;
  node.input[draw(node.input.length + 1)] = given;
}

const NUMBERS = [-1n, 0n, 1n, 2n, 3n, 1_000_000_000n, -1_000_000_000n, 2n ** 31n, 2n ** 62n, -(2n ** 62n)];

function changeAttribute(node: NodeDef, draw: Draw): void {
  const entries = Object.entries(node.attr);
  const [name, attribute] = entries[draw(entries.length)] ?? [];
  if (name === undefined || attribute === undefined) return;
  const changed = clone(AttrValueSchema, attribute);
  changeValue(changed, draw);
  if (draw(9) === 0) delete node.attr[name];
  else node.attr[name] = changed;
}

function changeValue({ value }: AttrValue, draw: Draw): void {
  const number = NUMBERS[draw(NUMBERS.length)] ?? 0n;
  if (value.case === 'i') value.value = number;
  else if (value.case === 'b') value.value = !value.value;
  else if (value.case === 'type') value.value = draw(30);
  else if (value.case === 's') value.value = Buffer.from(['', 'SAME', 'VALID', 'NCHW', 'x'][draw(5)] ?? '');
  else if (value.case === 'f') value.value = [Number.NaN, -1, 0, Number.POSITIVE_INFINITY][draw(4)] ?? 0;
  else if (value.case === 'shape') {
    const dim = value.value.dim[draw(value.value.dim.length)];
    if (dim === undefined) value.value.unknownRank = true;
    else dim.size = number;
  } else if (value.case === 'list') {
    if (value.value.i.length > 0) value.value.i[draw(value.value.i.length + 1)] = number;
    if (value.value.type.length > 0) value.value.type[draw(value.value.type.length + 1)] = draw(30);
  } else if (value.case === 'tensor') {
    const { tensorContent, intVal, tensorShape } = value.value;
    const dim = tensorShape?.dim[draw((tensorShape?.dim.length ?? 0) + 1)];
    if (draw(3) === 0) value.value.dtype = draw(30);
    else if (dim !== undefined && draw(2) === 0) dim.size = number;
    else if (tensorContent.length > 0) {
      const content = Uint8Array.from(tensorContent);
      content[draw(content.length)] = draw(256);
      value.value.tensorContent = content;
    } else if (intVal.length > 0) intVal[0] = Number(BigInt.asIntN(32, number));
  }
}
