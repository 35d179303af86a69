import { GraphError } from '../../graph-error.ts';
import type { Dimension, OnnxModel, ValueInfo } from '../model.ts';

/**
 * Declares another size, or the name of one, for the first dimension of all inputs, and of the outputs that had the same
 * as the inputs. Types of values in between are dropped, because they may say the old size. Nodes stay as they are: one
 * with the old size in a constant, such as a Reshape, fails when it runs. Throws `invalid_argument` if an input has no
 * first dimension, or if inputs differ in it.
 */
export function setBatch(model: OnnxModel, size: number | string): OnnxModel {
  const { graph } = model;
  const constants = new Set(graph.initializers.map(({ name = '' }) => name));
  const inputs = graph.inputs.filter(({ name = '' }) => !constants.has(name));
  const old = new Set(
    inputs.map((input) => {
      const first = firstDimension(input);
      if (first !== undefined) return first.size;
      throw new GraphError(
        'invalid_argument',
        `The input ${input.name ?? ''} has no first dimension to change.`,
      );
    }),
  );
  if (old.size > 1) {
    const sizes = [...old].map((each) => each ?? 'unknown').join(', ');
    throw new GraphError('invalid_argument', `The inputs differ in their first dimension: ${sizes}.`);
  }
  const outputs = graph.outputs.map((output) => {
    const first = firstDimension(output);
    return first !== undefined && old.has(first.size) ? withFirst(output, size) : output;
  });
  const changed = graph.inputs.map((input) => (inputs.includes(input) ? withFirst(input, size) : input));
  return { ...model, graph: { ...graph, inputs: changed, outputs, valueInfo: [] } };
}

function firstDimension({ type }: ValueInfo): Dimension | undefined {
  return type?.kind === 'tensor' ? type.shape?.dims[0] : undefined;
}

function withFirst(info: ValueInfo, size: number | string): ValueInfo {
  const { type } = info;
  if (type?.kind !== 'tensor' || type.shape === undefined) return info;
  const [first, ...rest] = type.shape.dims;
  return { ...info, type: { ...type, shape: { ...type.shape, dims: [{ ...first, size }, ...rest] } } };
}
