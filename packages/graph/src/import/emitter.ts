import { GraphError } from '../graph-error.ts';
import type { Bytes } from '../onnx/bytes.ts';
import { makeNode } from '../onnx/edit/nodes.ts';
import { elementTypeOf } from '../onnx/element-types.ts';
import type { Attribute, AttributeValue, Graph, Node, Tensor } from '../onnx/model.ts';
import { allDataTypes } from '../tensorflow/data-types.ts';
import type { List } from './control/list.ts';
import { fold } from './fold/fold.ts';
import type { Operand } from './fold/operand.ts';
import { NotConverted, orRefuse } from './refuse.ts';
import { type Dims, integerBytes, knownOf, type Value } from './value.ts';

/** What is said of a new tensor. */
export interface Result {
  readonly dtype: string;
  readonly shape: Dims;
  readonly known?: readonly (number | null)[] | undefined;
  readonly list?: List | undefined;
}

export type Attributes = Readonly<
  Record<string, number | readonly number[] | string | { float: number } | { graph: Graph }>
>;

/** Collects the nodes of the ONNX graph. */
export interface Emitter {
  /**
   * Adds a node with one output, named `name`, or by itself after `scope`. Where all that it takes is constant and the
   * answer exact, it is computed now, and the answer a constant.
   */
  readonly emit: (
    scope: string,
    op: string,
    inputs: readonly Value[],
    result: Result,
    attributes?: Attributes,
    name?: string,
  ) => Value;
  /** Adds a node with any number of outputs, whatever it takes. */
  readonly emitAll: (
    scope: string,
    op: string,
    inputs: readonly Value[],
    results: readonly Result[],
    attributes?: Attributes,
    names?: readonly string[],
  ) => readonly Value[];
  /** A constant of whole numbers. */
  readonly integers: (
    scope: string,
    values: readonly number[],
    shape?: readonly number[],
    dtype?: 'int32' | 'int64',
  ) => Value;
  /** A number as a constant of the type that another tensor has. */
  readonly number: (scope: string, value: number, dtype: string) => Value;
  /** A name that no tensor has. */
  readonly fresh: (scope: string) => string;
  /** This one, but that all names are new: for nodes that are converted several times. */
  readonly renaming: () => Emitter;
  /** As `renaming`, for the nodes of a graph within this one, which may take all that this one has. */
  readonly nested: () => Emitter;
  /** Gives those of its nodes to another emitter whose graph this one's stands in. */
  readonly give: (chosen: (node: Node) => boolean, outer: Emitter) => void;
  readonly take: (given: readonly Node[]) => void;
  /** The constant of that name, where a node takes it. */
  readonly constant: (name: string) => Value | undefined;
  readonly nodes: readonly Node[];
  /** The shapes of what the nodes make, by name. */
  readonly shapes: ReadonlyMap<string, Dims>;
  /** How many nodes were computed instead of added. */
  readonly folded: () => number;
  /** The constants that nodes take. */
  readonly initializers: () => readonly Tensor[];
}

export function createEmitter(): Emitter {
  const shared: Shared = { constants: new Map(), shapes: new Map(), made: 0, folded: 0 };
  return emitterInto([], shared, (_, name) => name);
}

/** What the emitters of a graph and of those within it have together. */
interface Shared {
  readonly constants: Map<string, Value>;
  readonly shapes: Map<string, Dims>;
  made: number;
  folded: number;
}

function emitterInto(
  nodes: Node[],
  shared: Shared,
  nameOf: (scope: string, name: string) => string,
): Emitter {
  // TensorFlow's names have no such end, so that these are never names of its tensors.
  const fresh = (scope: string): string => {
    shared.made += 1;
    return `${scope}~${shared.made}`;
  };
  const named = (scope: string, name: string | undefined): string =>
    name === undefined ? fresh(scope) : nameOf(scope, name);
  const add: Emitter['emitAll'] = (_, op, inputs, results, attributes = {}, names = []) => {
    const outputs = results.map((result, index) => ({ ...result, name: names[index] ?? '' }));
    for (const { name, shape } of outputs) shared.shapes.set(name, shape);
    for (const input of inputs) if (input.constant !== undefined) shared.constants.set(input.name, input);
    nodes.push(
      makeNode({
        name: outputs[0]?.name,
        op,
        inputs: inputs.map(({ name }) => name),
        outputs: outputs.map(({ name }) => name),
        attributes: Object.entries(attributes).map(attributeOf),
      }),
    );
    return outputs;
  };
  return {
    nodes,
    shapes: shared.shapes,
    emitAll: (scope, op, inputs, results, attributes, names = []) =>
      add(
        scope,
        op,
        inputs,
        results,
        attributes,
        results.map((_, index) => named(scope, names[index])),
      ),
    emit: (scope, op, inputs, result, attributes, name) => {
      const given = named(scope, name);
      const constant = fold(op, inputs, attributes ?? {}, result.dtype);
      if (constant === undefined) return add(scope, op, inputs, [result], attributes, [given])[0] as Value;
      shared.folded += 1;
      return constantValue(given, constant);
    },
    folded: () => shared.folded,
    integers: (scope, values, shape = [values.length], dtype = 'int64') => ({
      name: fresh(scope),
      dtype,
      shape,
      constant: integerBytes(dtype, values),
      known: values,
    }),
    number: (scope, value, dtype) => ({
      name: fresh(scope),
      dtype,
      shape: [],
      constant: numberBytes(value, dtype),
    }),
    fresh,
    renaming: () => emitterInto(nodes, shared, fresh),
    nested: () => emitterInto([], shared, fresh),
    give: (chosen, outer) => {
      const { yes = [], no = [] } = Object.groupBy(nodes, (node) => (chosen(node) ? 'yes' : 'no'));
      outer.take(yes);
      nodes.splice(0, nodes.length, ...no);
    },
    take: (given) => {
      nodes.push(...given);
    },
    constant: (name) => shared.constants.get(name),
    initializers: () => [...shared.constants.values()].map(tensorOf),
  };
}

/** The type's name in ONNX. */
export function onnxType(dtype: string): Tensor['elementType'] {
  const type = allDataTypes().find(({ name }) => name === dtype);
  const found = type?.onnx == null ? undefined : elementTypeOf(type.onnx);
  if (found !== undefined) return found;
  throw new NotConverted(`ONNX has no tensors of ${dtype}.`, 'Cast to another type in the model.');
}

/** The type's number in ONNX, as Cast takes it. */
export function onnxTypeNumber(dtype: string): number {
  onnxType(dtype);
  return allDataTypes().find(({ name }) => name === dtype)?.onnx ?? 0;
}

function constantValue(name: string, { dtype, shape, bytes }: Operand): Value {
  return { name, dtype, shape, constant: bytes, known: knownOf(dtype, shape, bytes) };
}

function numberBytes(value: number, dtype: string): Uint8Array {
  switch (dtype) {
    case 'float32':
      return new Uint8Array(Float32Array.of(value).buffer);
    case 'float64':
      return new Uint8Array(Float64Array.of(value).buffer);
    case 'float16':
      return new Uint8Array(Float16Array.of(value).buffer);
    case 'int32':
    case 'int64':
      return integerBytes(dtype, [value]);
    default:
      throw new NotConverted(`It computes with ${dtype}.`, 'Cast to float32 before it in the model.');
  }
}

function attributeOf([name, value]: [string, Attributes[string]]): Attribute {
  return { name, value: attributeValue(value as Attributes[string]) };
}

function attributeValue(value: Attributes[string]): AttributeValue {
  if (typeof value === 'number') return { kind: 'int', value: BigInt(value) };
  if (typeof value === 'string') return { kind: 'string', value: Buffer.from(value) };
  if ('float' in value) return { kind: 'float', value: value.float };
  if ('graph' in value) return { kind: 'graph', value: value.graph };
  return { kind: 'ints', value: value.map(BigInt) };
}

function tensorOf({ name, dtype, shape, constant }: Value): Tensor {
  if (shape === null || constant === undefined)
    throw new GraphError('invalid_argument', `${name} is no constant.`);
  const data = Array.isArray(constant)
    ? ({ form: 'strings', values: constant as readonly Uint8Array[] } as const)
    : ({ form: 'raw', bytes: constant as Bytes } as const);
  const elementType = orRefuse(name, () => onnxType(dtype));
  return { name, elementType, dims: shape as readonly number[], data, metadata: [] };
}
