import { create } from '@bufbuild/protobuf';
import { type NodeDef, NodeDefSchema } from '../../generated/tensorflow/tensorflow_pb.ts';
import { GraphError } from '../../graph-error.ts';
import type { MetaGraph } from '../../tensorflow/model.ts';
import { quoted } from '../../tensorflow/refusals.ts';
import { inlineFunctions } from '../inline-functions.ts';

/** The nodes of a function with all that it calls, under names of their own. */
export interface Body {
  readonly nodes: ReadonlyMap<string, NodeDef>;
  /** Placeholders that stand for what the function takes. */
  readonly arguments: readonly string[];
  /** The tensors that it gives. */
  readonly results: readonly string[];
}

/** Gives the function in an attribute of a node. Throws `GraphError` (`invalid_graph`) where there is none. */
export type FunctionSource = (node: NodeDef, attribute: string) => Body;

/** The functions of a graph, each put together once for each node that has it. */
export function functionsOf({ graph, ops }: MetaGraph): FunctionSource {
  const known = new Map<string, Body>();
  return (node, attribute) => {
    const key = `${node.name}/${attribute}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const f = node.attr[attribute];
    const name = f?.value.case === 'func' ? f.value.value.name : '';
    const signature = graph.functions.get(name)?.signature;
    if (f === undefined || signature === undefined)
      throw new GraphError(
        'invalid_graph',
        `Node ${quoted(node.name)} names the function ${quoted(name)}, which the model does not have. Save it again with TensorFlow.`,
      );
    const inputs = signature.inputArg.map((argument) => `${key}/${argument.name}`);
    const placeholders = inputs.map((input) => create(NodeDefSchema, { name: input, op: 'Placeholder' }));
    const call = create(NodeDefSchema, { name: key, op: 'PartitionedCall', input: inputs, attr: { f } });
    const flat = inlineFunctions({ graph: { ...graph, nodes: [...placeholders, call] }, ops });
    const nodes = new Map(flat.map((one) => [one.name, one]));
    const results = signature.outputArg.map((_, index) => `${key}:${index}`);
    const body = { nodes, arguments: inputs, results };
    known.set(key, body);
    return body;
  };
}
