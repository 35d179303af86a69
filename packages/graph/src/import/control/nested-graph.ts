import type { Graph, ValueInfo } from '../../onnx/model.ts';
import { type Emitter, onnxType } from '../emitter.ts';
import type { Value } from '../value.ts';

/** The nodes of a nested emitter as a graph. What it did not make itself, or gives twice, gets a name of its own. */
export function nestedGraph(
  name: string,
  emitter: Emitter,
  inputs: readonly Value[],
  results: readonly Value[],
): Graph {
  const free = new Set(emitter.nodes.flatMap((node) => node.outputs));
  const outputs = results.map((result) => {
    const own = free.delete(result.name);
    return own ? result : (emitter.emitAll(name, 'Identity', [result], [plain(result)])[0] as Value);
  });
  return {
    name,
    nodes: emitter.nodes,
    initializers: [],
    sparseInitializers: [],
    inputs: inputs.map(valueInfo),
    outputs: outputs.map(valueInfo),
    valueInfo: [],
    annotations: [],
    metadata: [],
  };
}

/** Without what is known of its elements. */
function plain({ dtype, shape }: Value): { readonly dtype: string; readonly shape: Value['shape'] } {
  return { dtype, shape };
}

/** The tensor as an input or an output of a graph. */
export function valueInfo({ name, dtype, shape }: Value): ValueInfo {
  const dims = shape?.map((size) => (size === null ? {} : { size }));
  const type = { kind: 'tensor', elementType: onnxType(dtype), shape: dims && { dims } } as const;
  return { name, type, metadata: [] };
}
