import { isMarkedAsUntransferable } from 'node:worker_threads';
import type { Tensor } from '@slipway/contract';
import { copyElements, isDense } from '../models/elements.ts';

/**
 * Tensors that their owner gives away, ready to be posted; `transfer` gathers the buffers that go over whole.
 * Shared memory is seen by both sides; a buffer that holds one tensor and nothing else is transferred; of any
 * other buffer just the tensor's part is copied.
 */
export function packGiven(tensors: readonly Tensor[], transfer: Set<ArrayBuffer>): readonly Tensor[] {
  return tensors.map((tensor) => {
    const { data } = tensor;
    if (!isDense(data) || data.buffer instanceof SharedArrayBuffer) return tensor;
    const whole = data.byteLength === data.buffer.byteLength && !isMarkedAsUntransferable(data.buffer);
    const sent = whole ? data : copyElements(tensor.datatype, data);
    transfer.add(sent.buffer as ArrayBuffer);
    return whole ? tensor : { ...tensor, data: sent };
  });
}

/** Gathers the buffers of tensors that nobody else looks at, whatever else they hold. */
export function gatherBuffers(tensors: readonly Tensor[], transfer: Set<ArrayBuffer>): void {
  for (const { data } of tensors) {
    if (isDense(data) && data.buffer instanceof ArrayBuffer) transfer.add(data.buffer);
  }
}
