// Numbers are those of TensorProto.DataType in ONNX, names those that ONNX writes in types such as tensor(float).
const ELEMENTS = {
  undefined: { number: 0, bits: 0 },
  float: { number: 1, bits: 32 },
  uint8: { number: 2, bits: 8 },
  int8: { number: 3, bits: 8 },
  uint16: { number: 4, bits: 16 },
  int16: { number: 5, bits: 16 },
  int32: { number: 6, bits: 32 },
  int64: { number: 7, bits: 64 },
  string: { number: 8, bits: 0 },
  bool: { number: 9, bits: 8 },
  float16: { number: 10, bits: 16 },
  double: { number: 11, bits: 64 },
  uint32: { number: 12, bits: 32 },
  uint64: { number: 13, bits: 64 },
  complex64: { number: 14, bits: 64 },
  complex128: { number: 15, bits: 128 },
  bfloat16: { number: 16, bits: 16 },
  float8e4m3fn: { number: 17, bits: 8 },
  float8e4m3fnuz: { number: 18, bits: 8 },
  float8e5m2: { number: 19, bits: 8 },
  float8e5m2fnuz: { number: 20, bits: 8 },
  uint4: { number: 21, bits: 4 },
  int4: { number: 22, bits: 4 },
  float4e2m1: { number: 23, bits: 4 },
  float8e8m0: { number: 24, bits: 8 },
  uint2: { number: 25, bits: 2 },
  int2: { number: 26, bits: 2 },
  float6e2m3: { number: 27, bits: 6 },
  float6e3m2: { number: 28, bits: 6 },
} as const;

export type ElementType = keyof typeof ELEMENTS;

const NAMES: ReadonlyMap<number, ElementType> = new Map(
  Object.entries(ELEMENTS).map(([name, { number }]) => [number, name as ElementType]),
);

/** The element type with a number of TensorProto.DataType; `undefined` if ONNX 1.23 has none. */
export function elementTypeOf(number: number): ElementType | undefined {
  return NAMES.get(number);
}

export function elementNumber(type: ElementType): number {
  return ELEMENTS[type].number;
}

/** Bits of an element; 0 for those of no fixed size. Elements of less than a byte lie packed, the first one lowest. */
export function elementBits(type: ElementType): number {
  return ELEMENTS[type].bits;
}
