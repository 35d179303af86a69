import { makeNode } from '../../onnx/edit/nodes.ts';
import { loadElements } from '../../onnx/load-elements.ts';
import { intTensor } from '../../onnx/make-tensor.ts';
import type { Node, Tensor } from '../../onnx/model.ts';
import { elementCount } from '../../tensorflow/bundle/bundle-index.ts';
import { transposed } from '../fold/rearrange.ts';
import type { Dims } from '../value.ts';
import {
  composed,
  inverse,
  isIdentity,
  isSame,
  movesChannels,
  movesNothing,
  type Order,
} from './permutation.ts';
import type { Inputs } from './rules.ts';

/** A tensor that is another one transposed, and need not be made before somebody takes it so. */
export interface Carried {
  readonly source: string;
  readonly order: Order;
}

/** What is known of tensors beyond the graph. */
export interface Known {
  readonly shapes: ReadonlyMap<string, Dims>;
  /** Constants of the graphs around, by their names. */
  readonly around: ReadonlyMap<string, Tensor>;
  /** A name that nothing else has. */
  readonly fresh: (after: string) => string;
}

/** The tensors of a graph that is being laid out: which lie in another order, and what was made of them. */
export interface Tensors extends Inputs {
  /** The nodes so far; more are added as tensors are taken. */
  readonly nodes: Node[];
  /** Constants besides those that the graph has. */
  readonly added: readonly Tensor[];
  readonly constants: ReadonlyMap<string, Tensor>;
  readonly shapeOf: (name: string) => Dims | undefined;
  /** Says that a tensor is another one transposed. */
  readonly carry: (name: string, carried: Carried) => void;
  readonly carriedOf: (name: string) => Carried | undefined;
  /** The name by which a node may take the tensor as it should be, which is made where it is not there. */
  readonly take: (name: string) => string;
  /** Makes the tensor under its own name. */
  readonly need: (name: string) => void;
}

export function createTensors(initializers: readonly Tensor[], known: Known): Tensors {
  const nodes: Node[] = [];
  const added: Tensor[] = [];
  const constants = new Map([...known.around, ...initializers.map((one) => [one.name ?? '', one] as const)]);
  const carried = new Map<string, Carried>();
  const made = new Map<string, string>();
  const shapeOf = (name: string): Dims | undefined => constants.get(name)?.dims ?? known.shapes.get(name);

  const add = (tensor: Tensor): string => {
    added.push(tensor);
    constants.set(tensor.name ?? '', tensor);
    return tensor.name ?? '';
  };
  const constant = (after: string, values: readonly number[]): string =>
    add(intTensor(known.fresh(after), [values.length], values.map(BigInt)));

  const makeTransposed = ({ source, order }: Carried, name: string): string => {
    made.set(keyOf({ source, order }), name);
    const shape = known.shapes.get(name);
    if (isIdentity(order)) nodes.push(nodeOf('Identity', [source], name));
    else if (shape != null && isReshape(order, shape))
      nodes.push(
        nodeOf(
          'Reshape',
          [
            source,
            constant(
              name,
              shape.map((size) => size ?? -1),
            ),
          ],
          name,
        ),
      );
    else nodes.push(transposition(source, order, name));
    return name;
  };
  const transposedOf = (wanted: Carried): string =>
    made.get(keyOf(wanted)) ?? makeTransposed(wanted, known.fresh(wanted.source));

  const asLies = (name: string, order: Order): string | undefined => {
    const other = carried.get(name);
    if (other !== undefined && isSame(other.order, order)) return other.source;
    if (other?.order.length === order.length)
      return transposedOf({ source: other.source, order: composed(other.order, inverse(order)) });
    const shape = shapeOf(name);
    if (other !== undefined || shape == null || shape.length > order.length) return undefined;
    if (shape.every((size) => size === 1)) return name;
    const tensor = constants.get(name);
    if (tensor !== undefined) return add(asLiesConstant(tensor, order, known.fresh(name)));
    // Other orders come of attention and the like, where a transposition would only stand elsewhere.
    if (shape.length < order.length || !movesChannels(order)) return undefined;
    return transposedOf({ source: name, order: inverse(order) });
  };

  return {
    nodes,
    added,
    constants,
    shapeOf,
    rank: (name) => carried.get(name)?.order.length ?? shapeOf(name)?.length,
    integers: (name) => integersOf(constants.get(name)),
    isCarried: (name) => carried.has(name),
    asLies,
    constant,
    carry: (name, one) => carried.set(name, one),
    carriedOf: (name) => carried.get(name),
    take: (name) => {
      const one = carried.get(name);
      if (one === undefined) return name;
      if (isIdentity(one.order)) return one.source;
      return made.get(keyOf(one)) ?? makeTransposed(one, name);
    },
    need: (name) => {
      const one = carried.get(name);
      if (one !== undefined && made.get(keyOf(one)) !== name) makeTransposed(one, name);
    },
  };
}

function keyOf({ source, order }: Carried): string {
  return `${order} ${source}`;
}

/** Reshape says less than Transpose, and moves nothing. It can find one size by itself. */
function isReshape(order: Order, shape: readonly (number | null)[]): boolean {
  const unknown = shape.filter((size) => size === null).length;
  return unknown <= 1 && !shape.includes(0) && movesNothing(order, shape);
}

function nodeOf(op: string, inputs: readonly string[], name: string): Node {
  return makeNode({ name, op, inputs, outputs: [name] });
}

function transposition(source: string, order: Order, name: string): Node {
  const perm = { name: 'perm', value: { kind: 'ints', value: order.map(BigInt) } } as const;
  return { ...nodeOf('Transpose', [source], name), attributes: [perm] };
}

/** A constant with its axes as they lie; axes that broadcasting would put before it are there. */
function asLiesConstant(tensor: Tensor, order: Order, name: string): Tensor {
  const ones = order.slice(tensor.dims.length).map(() => 1);
  const operand = { dtype: '', shape: [...ones, ...tensor.dims], bytes: loadElements(tensor) };
  const { shape, bytes } = transposed(operand, inverse(order));
  return { ...tensor, name, dims: shape, data: { form: 'raw', bytes } };
}

/** Axes, sizes and the like have few elements. */
const MOST_INTEGERS = 64;

function integersOf(tensor: Tensor | undefined): readonly number[] | undefined {
  if (tensor?.elementType !== 'int64' || elementCount(tensor.dims) > MOST_INTEGERS) return undefined;
  const bytes = new Uint8Array(loadElements(tensor));
  return Array.from(new BigInt64Array(bytes.buffer), Number);
}
