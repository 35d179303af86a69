import type { NodeDef, OpDef, TensorShapeProto } from '../generated/tensorflow/tensorflow_pb.ts';
import { readConstant } from '../tensorflow/constant.ts';
import { dataTypeName } from '../tensorflow/data-types.ts';
import { quoted } from '../tensorflow/refusals.ts';
import { placeholderOf } from './map-nodes.ts';
import { type Dims, knownOf } from './value.ts';

/** A tensor as the file itself describes it. */
interface StatedTensor {
  readonly dtype: string;
  readonly shape: Dims;
}

/** Where a node is looked up, with what the file says of its op. */
interface Graph {
  readonly nodes: ReadonlyMap<string, NodeDef>;
  readonly ops: ReadonlyMap<string, OpDef>;
  readonly producer: number;
}

/**
 * The type and shape of a node's first output, where the file says them: a placeholder does, and so does what stacks
 * the results of a loop. Of other nodes, TensorFlow 1 writes shapes beside them. `undefined` where nothing says it.
 */
export function statedTensor(node: NodeDef, graph: Graph): StatedTensor | undefined {
  switch (node.op) {
    case 'TensorArrayGatherV3':
      return elements(typeOf(node, 'dtype'), shapeOf(node, 'element_shape'));
    case 'TensorListStack':
      return elements(typeOf(node, 'element_dtype'), elementShape(graph.nodes.get(sourceOf(node, 1))));
    default:
      return node.op.startsWith('Placeholder')
        ? placeholderOf(node, graph.producer)
        : writtenBeside(node, graph);
  }
}

/** As many as the loop has turns. */
function elements(dtype: string | undefined, shape: Dims): StatedTensor | undefined {
  return dtype === undefined || shape === null ? undefined : { dtype, shape: [null, ...shape] };
}

function writtenBeside(node: NodeDef, { ops }: Graph): StatedTensor | undefined {
  const [output] = ops.get(node.op)?.outputArg ?? [];
  const shapes = node.attr['_output_shapes']?.value;
  const [shape] = shapes?.case === 'list' ? shapes.value.shape : [];
  if (output === undefined || shape === undefined) return undefined;
  const isOne = output.numberAttr === '' && output.typeListAttr === '';
  const dtype = output.typeAttr === '' ? dataTypeName(output.type) : typeOf(node, output.typeAttr);
  return isOne && dtype !== undefined ? { dtype, shape: dims(shape) } : undefined;
}

function typeOf(node: NodeDef, name: string): string | undefined {
  const value = node.attr[name]?.value;
  return value?.case === 'type' ? dataTypeName(value.value) : undefined;
}

function shapeOf(node: NodeDef, name: string): Dims {
  const value = node.attr[name]?.value;
  return value?.case === 'shape' ? dims(value.value) : null;
}

function dims({ dim, unknownRank }: TensorShapeProto): Dims {
  return unknownRank ? null : dim.map(({ size }) => (size < 0n ? null : Number(size)));
}

function elementShape(node: NodeDef | undefined): Dims {
  const value = node?.attr['value']?.value;
  if (node?.op !== 'Const' || value?.case !== 'tensor') return null;
  const { dtype, shape, values } = readConstant(`node ${quoted(node.name)}`, value.value);
  // A scalar says that nothing is known.
  const sizes = shape.length === 1 ? knownOf(dtype.name, shape, values) : undefined;
  return sizes?.map((size) => (size < 0 ? null : size)) ?? null;
}

function sourceOf({ input }: NodeDef, index: number): string {
  return input[index]?.replace(/:\d+$/, '') ?? '';
}
