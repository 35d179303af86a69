import { create } from '@bufbuild/protobuf';
import { type NodeDef, NodeDefSchema } from '../../generated/tensorflow/tensorflow_pb.ts';
import { GraphError } from '../../graph-error.ts';
import type { MetaGraph } from '../../tensorflow/model.ts';
import { quoted } from '../../tensorflow/refusals.ts';
import { inlineFunctions } from '../inline-functions.ts';
import { takeLiveBranches } from './live-branches.ts';
import { raiseConditions } from './raise-conditions.ts';
import { raiseLoops } from './raise-loops.ts';
import { createRaisedGraphs } from './raised.ts';
import { reachable } from './reachable.ts';
import { outputAt, type Subgraph, tensorAt, tensorInputs } from './subgraph.ts';

/** The loops and conditions of a model. */
export interface ControlFlow {
  /**
   * The nodes that the wanted ones depend on, without branches that are never taken, and with While and If for loops and
   * conditions of TensorFlow 1. `fed` are the nodes that callers give a value.
   */
  readonly resolve: (
    nodes: readonly NodeDef[],
    wanted: readonly string[],
    fed: ReadonlySet<string>,
  ) => readonly NodeDef[];
  /** The graph that a node has in an attribute, for so many tensors. Throws `GraphError` where there is none. */
  readonly subgraph: (node: NodeDef, attribute: string, parameters: number) => Subgraph;
}

/** Each branch that is taken may hold others; models nest some ten levels deep. */
const MAX_ROUNDS = 200;

export function createControlFlow({ graph, ops }: Pick<MetaGraph, 'graph' | 'ops'>): ControlFlow {
  const raised = createRaisedGraphs();
  const made = new Map<string, Subgraph>();
  const inline = (nodes: readonly NodeDef[]): readonly NodeDef[] =>
    inlineFunctions({ graph: { ...graph, nodes }, ops });
  const resolve: ControlFlow['resolve'] = (nodes, wanted, fed) => {
    // What only trains has loops and conditions, too, and may have more than all that is converted.
    let live = reachable(nodes, wanted, fed);
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const taken = takeLiveBranches(live, fed);
      if (taken === live) break;
      live = reachable(inline(taken), wanted, fed);
    }
    return raiseConditions(raiseLoops(live, raised), raised);
  };
  const subgraph = (node: NodeDef, attribute: string, parameters: number): Subgraph => {
    const value = node.attr[attribute]?.value;
    const name = value?.case === 'func' ? value.value.name : '';
    const found = raised.graphs.get(name);
    const key = `${node.name}~${attribute}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    const whole = found ?? functionGraph(node, attribute, key, parameters);
    const nodes = resolve(
      whole.nodes,
      whole.results.map((result) => outputAt(result).node),
      new Set(whole.parameters),
    );
    const ready = { ...whole, nodes };
    made.set(key, ready);
    return ready;
  };
  const functionGraph = (node: NodeDef, attribute: string, name: string, count: number): Subgraph => {
    const function_ = node.attr[attribute];
    if (function_?.value.case !== 'func')
      throw new GraphError(
        'invalid_graph',
        `Node ${quoted(node.name)} (${node.op}) names no function as its ${attribute}. Save the model again with TensorFlow.`,
      );
    const parameters = Array.from({ length: count }, (_, index) => `${name}~${index}`);
    const call = create(NodeDefSchema, {
      name,
      op: 'PartitionedCall',
      input: parameters,
      attr: { f: function_ },
    });
    const inlined = inline([call]);
    // Each result by itself: what one of them is computed from is not needed for the others.
    const results = tensorInputs(inlined.find((each) => each.name === name) ?? call);
    const nodes = inlined.filter((each) => each.name !== name);
    return { parameters, nodes, results: results.map((result) => tensorAt(outputAt(result))) };
  };
  return { resolve, subgraph };
}
