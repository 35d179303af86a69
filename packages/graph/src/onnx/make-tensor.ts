import type { Tensor } from './model.ts';

/** Numbers as FLOAT. */
export function floatTensor(name: string, dims: readonly number[], values: readonly number[]): Tensor {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setFloat32(index * 4, value, true);
  return { name, elementType: 'float', dims, data: { form: 'raw', bytes }, metadata: [] };
}

/** Whole numbers as INT64. */
export function intTensor(name: string, dims: readonly number[], values: readonly bigint[]): Tensor {
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setBigInt64(index * 8, value, true);
  return { name, elementType: 'int64', dims, data: { form: 'raw', bytes }, metadata: [] };
}

/** Strings, as bytes. */
export function stringTensor(name: string, dims: readonly number[], values: readonly Uint8Array[]): Tensor {
  return { name, elementType: 'string', dims, data: { form: 'strings', values }, metadata: [] };
}
