import type { ConvertJobRequest } from '@slipway/contract';
import {
  chooseGraph,
  chooseTensors,
  type DescribedTensor,
  inspectTensorFlow,
  type TensorFlowModel,
} from '@slipway/graph/tensorflow';

/** A tensor that was asked for, with what TensorFlow says of it. */
export interface RequestedTensor {
  /** `scope/op:0` */
  readonly name: string;
  /** The key of the signature, or the name as it was asked for. */
  readonly alias: string;
  /** `null`: the file does not say. */
  readonly dtype: string | null;
  readonly shape: readonly (number | null)[] | null;
}

/** Between which tensors a model is to be converted. */
export interface Requested {
  readonly signature: string | null;
  readonly tags: readonly string[];
  readonly inputs: readonly RequestedTensor[];
  readonly outputs: readonly RequestedTensor[];
}

/** What was asked for, in the model's own names. Throws `GraphError` for what the model does not have. */
export function requestedOf(model: TensorFlowModel, request: ConvertJobRequest): Requested {
  const graph = chooseGraph(model.metaGraphs, request.graphTags);
  const { inputs, outputs, signature } = chooseTensors(graph, request);
  const described = inspectTensorFlow(model).graphs[model.metaGraphs.indexOf(graph)];
  const said = new Map<string, DescribedTensor>();
  for (const each of described?.signatures ?? []) {
    for (const tensor of [...each.inputs, ...each.outputs]) said.set(tensor.tensor, tensor);
  }
  // A placeholder knows more of itself than who wrote the signature.
  for (const tensor of described?.placeholders ?? []) said.set(tensor.tensor, tensor);
  const describe = ({ name: alias, node, index }: (typeof inputs)[number]): RequestedTensor => {
    const name = `${node}:${index}`;
    const { dtype = null, shape = null } = said.get(name) ?? {};
    return { name, alias, dtype, shape };
  };
  return {
    signature: signature ?? null,
    tags: graph.tags,
    inputs: inputs.map(describe),
    outputs: outputs.map(describe),
  };
}
