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
  /** Keeps a graph and gives the attribute that names it. Throws `GraphError` when there are too many nodes. */
  readonly add: (name: string, graph: Subgraph) => AttrValue;
}

/** The graphs of a model share their nodes at most with few others; the largest models have some 100,000 nodes. */
const MAX_NODES = 1_000_000;

export function createRaisedGraphs(): RaisedGraphs {
  const graphs = new Map<string, Subgraph>();
  let nodes = 0;
  return {
    graphs,
    add: (name, graph) => {
      nodes += graph.nodes.length + graph.parameters.length;
      if (nodes > MAX_NODES)
        throw new GraphError(
          'invalid_file',
          `The loops and conditions of the graph have more than ${MAX_NODES} nodes, so that it is no model that can be served. Save it with fewer of them.`,
        );
      graphs.set(name, graph);
      return create(AttrValueSchema, { value: { case: 'func', value: { name } } });
    },
  };
}

/** A node in the place of another one, by the same name. */
export function identityOf(name: string, tensor: string): NodeDef {
  return create(NodeDefSchema, { name, op: 'Identity', input: [tensor] });
}
