import { createHash } from 'node:crypto';
import { loadElements, type OnnxModel } from '@slipway/graph/onnx';

/**
 * A digest of what the model computes, whatever its tensors are called: two models with the same one give the same
 * answers. `keys` are the outputs' names and what each is.
 */
export function computationOf({ graph }: OnnxModel, keys: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256');
  const numbers = new Map<string, number>();
  const numberOf = (name: string): number => {
    const known = numbers.get(name);
    if (known !== undefined || name === '') return known ?? -1;
    numbers.set(name, numbers.size);
    return numbers.size - 1;
  };
  const add = (value: unknown): void => {
    hash.update(JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? `${one}` : one)));
  };
  add(graph.inputs.map(({ name, type }) => [numberOf(name ?? ''), type]));
  for (const { op, domain, inputs, outputs, attributes } of graph.nodes)
    add([op, domain, inputs.map(numberOf), outputs.map(numberOf), attributes]);
  const tensors = graph.initializers.map((tensor) => ({ at: numberOf(tensor.name ?? ''), tensor }));
  for (const { at, tensor } of tensors.toSorted((a, b) => a.at - b.at)) {
    add([at, tensor.elementType, tensor.dims]);
    if (tensor.data.form === 'strings') add(tensor.data.values);
    else hash.update(loadElements(tensor));
  }
  add(graph.outputs.map(({ name = '' }) => [keys.get(name) ?? name, numberOf(name)]).toSorted());
  return hash.digest('hex');
}
