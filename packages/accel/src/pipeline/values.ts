import type { Dimension, ValueInfo } from '@slipway/graph/onnx';

export function namesOf(values: readonly ValueInfo[]): readonly string[] {
  return values.map(({ name = '' }) => name);
}

/** The sizes of a tensor by axis; `undefined` where nobody says how many axes it has. */
export function dimsOf({ type }: ValueInfo): readonly Dimension[] | undefined {
  return type?.kind === 'tensor' ? type.shape?.dims : undefined;
}

/** The size of the last axis, where it is said. */
export function lastAxisOf(value: ValueInfo): number | undefined {
  const size = dimsOf(value)?.at(-1)?.size;
  return typeof size === 'number' ? size : undefined;
}

/** As messages have it: `float [batch, 224, 224, 3]`. */
export function describeValue(value: ValueInfo): string {
  const { type } = value;
  const element = type?.kind === 'tensor' ? (type.elementType ?? 'of no type') : (type?.kind ?? 'of no type');
  const dims = dimsOf(value);
  return dims === undefined ? element : `${element} [${dims.map(({ size }) => size ?? '?').join(', ')}]`;
}
