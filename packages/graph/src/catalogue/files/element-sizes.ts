/** A type of elements, by TensorFlow's name. */
export interface ElementSize {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

const SIZES = {
  bool: 1,
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  float16: 2,
  bfloat16: 2,
  uint32: 4,
  int32: 4,
  float32: 4,
  uint64: 8,
  int64: 8,
  float64: 8,
} as const;

const SAFETENSORS: Readonly<Record<string, keyof typeof SIZES>> = {
  BOOL: 'bool',
  U8: 'uint8',
  I8: 'int8',
  U16: 'uint16',
  I16: 'int16',
  F16: 'float16',
  BF16: 'bfloat16',
  U32: 'uint32',
  I32: 'int32',
  F32: 'float32',
  U64: 'uint64',
  I64: 'int64',
  F64: 'float64',
};

const NUMPY: Readonly<Record<string, keyof typeof SIZES>> = {
  '|b1': 'bool',
  '|u1': 'uint8',
  '|i1': 'int8',
  '<u2': 'uint16',
  '<i2': 'int16',
  '<f2': 'float16',
  '<u4': 'uint32',
  '<i4': 'int32',
  '<f4': 'float32',
  '<u8': 'uint64',
  '<i8': 'int64',
  '<f8': 'float64',
};

/** `undefined` of a name that the format does not have, or of elements smaller than a byte. */
export function dataTypeOfSafetensors(name: string): ElementSize | undefined {
  return sizeOf(SAFETENSORS, name);
}

/** `undefined` of big endian numbers and of what is no number. */
export function dataTypeOfNumpy(descr: string): ElementSize | undefined {
  return sizeOf(NUMPY, descr);
}

function sizeOf(names: Readonly<Record<string, keyof typeof SIZES>>, name: string): ElementSize | undefined {
  const found = Object.hasOwn(names, name) ? names[name] : undefined;
  return found === undefined ? undefined : { name: found, size: SIZES[found] };
}
