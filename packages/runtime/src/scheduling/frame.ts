import { elementCount, type Tensor, type TensorSpec } from '@slipway/contract';
import { createElements, isDense } from '../models/elements.ts';
import type { TakeRoom } from './input-memory.ts';

/**
 * Memory of two threads that take turns: one puts numbers and tensors, the other takes them in the same order.
 * The message that says whose turn it is orders the memory as well. What was taken is a copy.
 */
export interface Frame {
  /** Back to the beginning, to put or to take. */
  rewind(): void;
  /** False if there is no room for it; what the frame holds is then of no use. */
  putNumber(value: number): boolean;
  takeNumber(): number;
  /** False if there is no room for it, or if it does not lie in one block. */
  putTensor(tensor: Tensor): boolean;
  /** The tensor with this name and datatype that was put here: neither is in the frame. Its elements go where `room` says. */
  takeTensor(spec: Pick<TensorSpec, 'name' | 'datatype'>, room?: TakeRoom): Tensor;
}

/** A number takes eight bytes, and the elements of a tensor a multiple of that, so that all numbers are aligned. */
const SLOT_BYTES = Float64Array.BYTES_PER_ELEMENT;

/** One thread's sight of the memory. */
export function createFrame(memory: SharedArrayBuffer): Frame {
  const numbers = new Float64Array(memory);
  const bytes = new Uint8Array(memory);
  let slot = 0;

  const putNumber = (value: number): boolean => {
    if (slot >= numbers.length) return false;
    numbers[slot] = value;
    slot += 1;
    return true;
  };
  const takeNumber = (): number => {
    const value = numbers[slot] ?? Number.NaN;
    slot += 1;
    return value;
  };
  const putBytes = (from: Uint8Array): boolean => {
    const start = slot * SLOT_BYTES;
    if (start + from.length > bytes.length) return false;
    bytes.set(from, start);
    slot += Math.ceil(from.length / SLOT_BYTES);
    return true;
  };
  const takeBytes = (into: Uint8Array): void => {
    const start = slot * SLOT_BYTES;
    into.set(bytes.subarray(start, start + into.length));
    slot += Math.ceil(into.length / SLOT_BYTES);
  };

  return {
    rewind() {
      slot = 0;
    },
    putNumber,
    takeNumber,
    putTensor({ shape, data }) {
      if (!isDense(data)) return false;
      return (
        putNumber(shape.length) &&
        shape.every(putNumber) &&
        putBytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      );
    },
    takeTensor({ name, datatype }, room = createElements) {
      // A loop, as `Array.from` takes more than twice as long in a thread that has just woken up.
      const shape: number[] = [];
      for (let left = takeNumber(); left > 0; left -= 1) shape.push(takeNumber());
      const data = room(datatype, elementCount(shape));
      takeBytes(new Uint8Array(data.buffer));
      return { name, datatype, shape, data };
    },
  };
}
