import { create } from '@bufbuild/protobuf';
import {
  type AttrValue,
  AttrValueSchema,
  type NodeDef,
  NodeDefSchema,
} from '../../generated/tensorflow/tensorflow_pb.ts';
import { GraphError } from '../../graph-error.ts';
import type { Subgraph } from './subgraph.ts';

/** The graphs of loops and conditions of TensorFlow 1, by the names that the raised nodes call them. */
export interface RaisedGraphs {
  readonly graphs: ReadonlyMap<string, Subgraph>;
  /** Keeps a graph and gives the attribute that names it. */
  readonly add: (name: string, graph: Subgraph) => AttrValue;
  /** Counts nodes that were looked at. Throws `GraphError` when there are too many. */
  readonly spend: (nodes: number) => void;
}

/** A node is looked at a few times for each loop and condition that it is in; the largest models have some 100,000. */
const MAX_NODES = 5_000_000;

export function createRaisedGraphs(): RaisedGraphs {
  const graphs = new Map<string, Subgraph>();
  let looked = 0;
  const spend = (nodes: number): void => {
    looked += nodes;
    if (looked > MAX_NODES)
      throw new GraphError(
        'invalid_file',
        `The loops and conditions of the graph have more than ${MAX_NODES} nodes, so that it is no model that can be served. Save it with fewer of them.`,
      );
  };
  return {
    graphs,
    spend,
    add: (name, graph) => {
      spend(graph.nodes.length + graph.parameters.length);
      graphs.set(name, graph);
      return create(AttrValueSchema, { value: { case: 'func', value: { name } } });
    },
  };
}

/** A node in the place of another one, by the same name. */
export function identityOf(name: string, tensor: string): NodeDef {
  return create(NodeDefSchema, { name, op: 'Identity', input: [tensor] });
}
