import type { Tensor } from '@slipway/contract';

/** The outputs that are wanted: one by its name, several in their order, or what there is. */
export type WantedOutputs = string | readonly string[] | undefined;

/** One tensor for one name, a list for several; without names, as the model has outputs. */
export type Answer<O extends WantedOutputs> = O extends string
  ? Tensor
  : O extends readonly string[]
    ? Tensor[]
    : Tensor | Tensor[];

/** The names to ask a service for; all of its outputs where there is none. */
export function namesOf(wanted: WantedOutputs): readonly string[] | undefined {
  return typeof wanted === 'string' ? [wanted] : wanted;
}

/** The answer in the form that belongs to what was wanted. */
export function chosen<O extends WantedOutputs>(
  outputs: Readonly<Record<string, Tensor>>,
  wanted: O | undefined,
): Answer<O> {
  const all = Object.values(outputs);
  const [only, ...others] = all;
  const isOne = typeof wanted === 'string' || (wanted === undefined && others.length === 0);
  return (isOne && only !== undefined ? only : all) as Answer<O>;
}

/**
 * The answer for the only item of a batch. One tensor loses its first axis; those of a list keep it, as in Azure's client for
 * Python, on which what reads the outputs of detectors relies.
 */
export function withoutBatch<A extends Tensor | Tensor[]>(answer: A): A {
  return Array.isArray(answer) ? answer : (firstItem(answer as Tensor) as A);
}

function firstItem(tensor: Tensor): Tensor {
  const [batch, ...shape] = tensor.shape;
  if (batch === undefined || batch < 1) return tensor;
  const length = tensor.data.length / batch;
  const { data } = tensor;
  // `subarray` sees the same memory; a copy would only cost.
  return {
    ...tensor,
    shape,
    data: ArrayBuffer.isView(data) ? data.subarray(0, length) : data.slice(0, length),
  };
}
