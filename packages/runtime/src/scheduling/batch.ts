import type { Datatype, Tensor, TensorData } from '@slipway/contract';
import { createElements, isDense, setElements } from '../models/elements.ts';

/** What the engine is asked for by one request: tensors in the signature's order, and the outputs it wants. */
export interface RunRequest {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly string[];
}

/** Rows of a request to a model that takes batches: the first size of each of its inputs. */
export function rowsOf(request: RunRequest): number {
  return request.inputs[0]?.shape[0] ?? 1;
}

/** True if both want the same outputs, and their inputs differ at most in the size of the first dimension. */
export function canShareRun(one: RunRequest, other: RunRequest): boolean {
  return sameOutputs(one.outputs, other.outputs) && sameRows(one.inputs, other.inputs);
}

function sameOutputs(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((name, index) => name === other[index]));
}

function sameRows(one: readonly Tensor[], other: readonly Tensor[]): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index += 1) {
    const { datatype, shape } = one[index] as Tensor;
    const { datatype: otherDatatype, shape: otherShape } = other[index] as Tensor;
    if (datatype !== otherDatatype || shape.length !== otherShape.length) return false;
    for (let axis = 1; axis < shape.length; axis += 1) {
      if (shape[axis] !== otherShape[axis]) return false;
    }
  }
  return true;
}

/** The inputs of requests that can share a run as the inputs of one, row after row in their order. */
export function mergeInputs(requests: readonly RunRequest[]): readonly Tensor[] {
  const first = requests[0]?.inputs ?? [];
  let rows = 0;
  for (const request of requests) rows += rowsOf(request);
  return first.map((tensor, index) => ({
    name: tensor.name,
    datatype: tensor.datatype,
    shape: [rows, ...tensor.shape.slice(1)],
    data: mergeData(
      tensor.datatype,
      requests.map((request) => request.inputs[index]?.data ?? []),
    ),
  }));
}

function mergeData(datatype: Datatype, parts: readonly TensorData[]): TensorData {
  if (datatype === 'BYTES') return (parts as readonly (readonly Uint8Array[])[]).flat();
  let length = 0;
  for (const part of parts) length += part.length;
  const merged = createElements(datatype, length);
  let offset = 0;
  for (const part of parts) {
    setElements(merged, part, offset);
    offset += part.length;
  }
  return merged;
}

/**
 * The outputs of a shared run, cut into those of its requests by their rows; the parts are views. `undefined`
 * if an output does not have one row for each row that went in.
 */
export function splitOutputs(
  outputs: readonly Tensor[],
  rows: readonly number[],
): readonly (readonly Tensor[])[] | undefined {
  const total = rows.reduce((sum, count) => sum + count, 0);
  if (outputs.some((tensor) => tensor.shape[0] !== total)) return undefined;
  let start = 0;
  return rows.map((count) => {
    const from = start;
    start += count;
    return outputs.map((tensor) => rowsFrom(tensor, from, count, total));
  });
}

function rowsFrom(tensor: Tensor, from: number, count: number, total: number): Tensor {
  const perRow = total === 0 ? 0 : tensor.data.length / total;
  const { data } = tensor;
  const start = from * perRow;
  const end = start + count * perRow;
  return {
    name: tensor.name,
    datatype: tensor.datatype,
    shape: [count, ...tensor.shape.slice(1)],
    data: isDense(data) ? data.subarray(start, end) : data.slice(start, end),
  };
}
