import { BYTES_PER_ELEMENT, type Datatype } from '@slipway/contract';

/** The datatype of that name, in the protocol's spelling; `undefined` if there is none. */
export function findDatatype(name: string): Datatype | undefined {
  return name === 'BYTES' || Object.hasOwn(BYTES_PER_ELEMENT, name) ? (name as Datatype) : undefined;
}

/** Bytes of an element, or 0 if each has a length of its own. */
export function bytesPerElement(datatype: Datatype): number {
  return datatype === 'BYTES' ? 0 : BYTES_PER_ELEMENT[datatype];
}
