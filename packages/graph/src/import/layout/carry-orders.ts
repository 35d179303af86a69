import { mapGraphs, takenNames } from '../../onnx/edit/names.ts';
import { makeNode } from '../../onnx/edit/nodes.ts';
import type { Graph, Node, OnnxModel } from '../../onnx/model.ts';
import type { Dims } from '../value.ts';
import { keepPadding } from './keep-padding.ts';
import { composed, isIdentity, movesNothing, type Order } from './permutation.ts';
import { RULES } from './rules.ts';
import { createTensors, type Known, type Tensors } from './tensors.ts';

/**
 * The model with as few transpositions as its ops allow. TensorFlow has channels behind the axes of space and ONNX
 * before them, so that each op of images stands between two transpositions. Here none is made where it stands: it is
 * carried on, through ops that can do without it, until it meets its opposite or an op that cannot. `shapes` are those
 * of tensors, as far as they are known. Inputs and outputs stay what they are, by name and by shape.
 */
export function carryOrders(model: OnnxModel, shapes: ReadonlyMap<string, Dims>): OnnxModel {
  let made = 0;
  // TensorFlow's names have no such end, so that these are never names of its tensors.
  const fresh = (after: string): string => {
    made += 1;
    return `${after}~lies${made}`;
  };
  return { ...model, graph: layOut(model.graph, { shapes, fresh, around: new Map() }) };
}

function layOut(graph: Graph, known: Known): Graph {
  const tensors = createTensors(graph.initializers, known);
  for (const node of graph.nodes) lay(node, tensors, known);
  for (const { name = '' } of graph.outputs) tensors.need(name);
  const initializers = [...graph.initializers, ...tensors.added];
  return keepPadding({ ...graph, nodes: tensors.nodes, initializers });
}

function lay(given: Node, tensors: Tensors, known: Known): void {
  const node = { ...given, inputs: given.inputs.map((name) => withoutDetour(name, tensors)) };
  if (carriesOn(node, tensors)) return;
  const later =
    asItLies(node, tensors, known) ?? shapeAsItLies(node, tensors, known) ?? reshapeAsItLies(node, tensors);
  if (later !== undefined) {
    tensors.nodes.push(...later);
    return;
  }
  const inner = { ...known, around: tensors.constants };
  for (const name of takenNames({ ...node, inputs: [] })) tensors.need(name);
  const inputs = node.inputs.map(tensors.take);
  const attributes = node.attributes.map((attribute) =>
    mapGraphs(attribute, (graph) => layOut(graph, inner)),
  );
  tensors.nodes.push({ ...node, inputs, attributes });
}

/** What was transposed there and back is what it was. */
function withoutDetour(name: string, tensors: Tensors): string {
  const carried = tensors.carriedOf(name);
  return carried !== undefined && isIdentity(carried.order) ? carried.source : name;
}

/** A transposition is not made, but remembered. */
function carriesOn({ op, inputs: [x = ''], outputs: [y = ''], attributes }: Node, tensors: Tensors): boolean {
  const perm = attributes.find(({ name }) => name === 'perm')?.value;
  if (op !== 'Transpose' || perm?.kind !== 'ints') return false;
  const order = perm.value.map(Number);
  const before = tensors.carriedOf(x);
  tensors.carry(
    y,
    before === undefined
      ? { source: x, order }
      : { source: before.source, order: composed(before.order, order) },
  );
  return true;
}

/** The node with its operands as they lie. */
function asItLies(node: Node, tensors: Tensors, known: Known): readonly Node[] | undefined {
  const rule = RULES.get(node.op ?? '');
  const order = orderOf(node, tensors);
  const moved = order && rule?.(node, order, tensors);
  if (moved === undefined) return undefined;
  const inputs = moved.inputs.map(tensors.take);
  const attributes = moved.attributes ?? node.attributes;
  if (isIdentity(moved.order)) return [{ ...node, inputs, attributes }];
  const outputs = node.outputs.map(known.fresh);
  for (const [index, source] of outputs.entries())
    tensors.carry(node.outputs[index] as string, { source, order: moved.order });
  return [{ ...node, name: outputs[0], inputs, attributes, outputs }];
}

function orderOf({ inputs }: Node, tensors: Tensors): Order | undefined {
  for (const name of inputs) {
    const carried = tensors.carriedOf(name);
    if (carried !== undefined) return carried.order;
  }
  return undefined;
}

/** The sizes of a tensor are those of the tensor as it lies, in another order. */
function shapeAsItLies(node: Node, tensors: Tensors, known: Known): readonly Node[] | undefined {
  const carried = tensors.carriedOf(node.inputs[0] ?? '');
  if (node.op !== 'Shape' || node.attributes.length > 0 || carried === undefined) return undefined;
  const [y = ''] = node.outputs;
  const sizes = known.fresh(y);
  const inputs = [sizes, tensors.constant(y, carried.order)];
  return [
    { ...node, inputs: [carried.source], outputs: [sizes], name: sizes },
    makeNode({ name: y, op: 'Gather', inputs, outputs: [y] }),
  ];
}

/** Where transposing would move nothing, the elements may as well be taken as they lie. */
function reshapeAsItLies(node: Node, tensors: Tensors): readonly Node[] | undefined {
  const [x = '', ...rest] = node.inputs;
  const carried = tensors.carriedOf(x);
  const zeros = node.attributes.some(
    ({ name, value }) => name === 'allowzero' && value.kind === 'int' && value.value === 1n,
  );
  if (node.op !== 'Reshape' || !zeros || carried === undefined) return undefined;
  if (!movesNothing(carried.order, tensors.shapeOf(x))) return undefined;
  return [{ ...node, inputs: [carried.source, ...rest.map(tensors.take)] }];
}
