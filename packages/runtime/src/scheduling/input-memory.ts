import { type Datatype, type DenseData, ELEMENT_ARRAYS } from '@slipway/contract';
import { createElements } from '../models/elements.ts';

/** Makes room for the elements of a tensor. */
export type TakeRoom = (datatype: Datatype, length: number) => DenseData;

/** Room for the inputs of one run after the other: memory that was just used costs a fraction of what fresh memory does. */
export interface InputMemory {
  /** The inputs of the run before are of no use from now on. */
  rewind(): void;
  /** Room that nothing else has until the next `rewind`; what stands in it means nothing. */
  readonly take: TakeRoom;
}

/** Keeps what the last run used, and no more. */
export function createInputMemory(): InputMemory {
  const kept: DenseData[] = [];
  let taken = 0;

  return {
    rewind() {
      kept.length = taken;
      taken = 0;
    },
    take(datatype, length) {
      const known = kept[taken];
      // Arrays that went to another thread have no length any more; those without elements are not worth keeping.
      const isRoom = known !== undefined && known.length === length && length > 0;
      const room = isRoom && isOf(datatype, known) ? known : createElements(datatype, length);
      kept[taken] = room;
      taken += 1;
      return room;
    },
  };
}

function isOf(datatype: Datatype, data: DenseData): boolean {
  return datatype !== 'BYTES' && data instanceof ELEMENT_ARRAYS[datatype];
}
