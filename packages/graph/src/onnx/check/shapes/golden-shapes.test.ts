import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeNode } from '../../edit/nodes.ts';
import type { ElementType } from '../../element-types.ts';
import { floatTensor, intTensor } from '../../make-tensor.ts';
import type { Attribute, AttributeValue, Graph, Tensor, ValueInfo } from '../../model.ts';
import { problemLine } from '../check-model.ts';
import type { Problem, Rules } from '../scope.ts';
import { inferShapes } from './infer-shapes.ts';

// What onnx says of its own tests, and what these expect: written by scripts/write-onnx-shapes.py.
const GOLDEN = join(import.meta.dirname, '../../../../fixtures/onnx-shapes.json');

interface Value {
  readonly dims: readonly number[];
  readonly elements?: readonly number[];
  readonly type?: ElementType;
}

type Said = number | string | readonly number[] | Value;

interface Case {
  readonly opset: number;
  readonly inputs: Readonly<Record<string, Value>>;
  readonly nodes: readonly (readonly [
    string,
    readonly string[],
    readonly string[],
    Readonly<Record<string, Said>>,
  ])[];
  readonly inferred: Readonly<Record<string, readonly (number | null)[] | null>>;
  readonly found: Readonly<Record<string, readonly number[]>>;
}

const cases: Readonly<Record<string, Case>> = JSON.parse(readFileSync(GOLDEN, 'utf8'));

/** Left unknown: a last window that begins in the padding, and sizes that keep proportions. */
const UNKNOWN = new Set([
  'averagepool_2d_ceil_last_window_starts_on_pad',
  'maxpool_2d_ceil_output_size_reduce_by_one',
  'resize_downsample_sizes_nearest_not_larger',
  'resize_downsample_sizes_nearest_not_smaller',
  'resize_upsample_sizes_nearest_not_larger',
  'resize_upsample_sizes_nearest_not_smaller',
]);

test('what is inferred is what is found, and no less than onnx infers', () => {
  const less = new Set<string>();
  for (const [name, each] of Object.entries(cases)) {
    const problems: Problem[] = [];
    const values = inferShapes(graphOf(each), 'graph', rulesOf(each.opset, problems));
    assert.deepEqual(problems.map(problemLine), [], name);
    // An input of size 0 is taken as one that the file does not say.
    const empty = Object.values(each.inputs).some(({ dims }) => dims.includes(0));
    for (const [output, dims] of Object.entries({ ...each.inferred, ...each.found })) {
      const ours = values.get(output)?.dims;
      if (ours !== undefined && dims !== null) {
        const said = dims.map((dim, axis) => (ours[axis] === undefined ? undefined : (dim ?? ours[axis])));
        assert.deepEqual(ours, said, `${name}: ${output}`);
      }
      const theirs = output in each.inferred ? each.inferred[output] : dims;
      const knows = theirs?.every((dim, axis) => dim === null || typeof ours?.[axis] === 'number') ?? true;
      if (!empty && (!knows || (ours === undefined && theirs !== null))) less.add(name);
    }
  }
  assert.deepEqual(less, UNKNOWN);
});

function rulesOf(version: number, problems: Problem[]): Rules {
  return {
    opsets: new Map([['', version]]),
    functions: new Map(),
    trusted: new Set(),
    irVersion: 10,
    parameters: undefined,
    report: (problem) => problems.push(problem),
  };
}

function graphOf({ inputs, nodes, found }: Case): Graph {
  const values = Object.entries(inputs);
  return {
    nodes: nodes.map(([op, from, to, attributes]) =>
      makeNode({ op, inputs: from, outputs: to, attributes: Object.entries(attributes).map(attribute) }),
    ),
    initializers: values.flatMap(([name, value]) => tensorOf(name, value) ?? []),
    inputs: values
      .filter(([, { elements }]) => elements === undefined)
      .map(([name, { dims }]) => declared(name, dims)),
    outputs: Object.entries(found).map(([name, dims]) => declared(name, dims)),
    sparseInitializers: [],
    valueInfo: [],
    annotations: [],
    metadata: [],
  };
}

function declared(name: string, dims: readonly number[]): ValueInfo {
  return { name, type: { kind: 'tensor', shape: { dims: dims.map((size) => ({ size })) } }, metadata: [] };
}

function tensorOf(name: string, { dims, elements, type }: Value): Tensor | undefined {
  if (elements === undefined) return undefined;
  if (type === 'float') return floatTensor(name, dims, elements);
  return { ...intTensor(name, dims, elements.map(BigInt)), ...(type === 'int32' ? narrowed(elements) : {}) };
}

function narrowed(elements: readonly number[]): Pick<Tensor, 'elementType' | 'data'> {
  return {
    elementType: 'int32',
    data: { form: 'raw', bytes: new Uint8Array(Int32Array.from(elements).buffer) },
  };
}

function attribute([name, said]: readonly [string, Said]): Attribute {
  return { name, value: attributeValue(said) };
}

function attributeValue(said: Said): AttributeValue {
  if (typeof said === 'number') return { kind: 'int', value: BigInt(said) };
  if (typeof said === 'string') return { kind: 'string', value: Buffer.from(said) };
  if ('dims' in said) {
    const none = { elementType: 'float', dims: said.dims, data: { form: 'none' }, metadata: [] } as const;
    return { kind: 'tensor', value: tensorOf('', said) ?? none };
  }
  return { kind: 'ints', value: said.map(BigInt) };
}
