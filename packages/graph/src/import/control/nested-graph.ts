import type { Graph } from '../../onnx/model.ts';
import type { Emitter } from '../emitter.ts';
import type { Value } from '../value.ts';
import { valueInfo } from '../value-info.ts';

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
    inputs: inputs.map((value) => valueInfo(value)),
    outputs: outputs.map((value) => valueInfo(value)),
    valueInfo: [],
    annotations: [],
    metadata: [],
  };
}

/** Without what is known of its elements. */
function plain({ dtype, shape }: Value): { readonly dtype: string; readonly shape: Value['shape'] } {
  return { dtype, shape };
}
