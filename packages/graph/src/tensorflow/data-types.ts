/** What TensorFlow calls the elements of a tensor. */
export interface DataType {
  /** As `tf.DType.name` has it: `float32`. */
  readonly name: string;
  /** Bytes of an element in a file; `null` where elements have no size of their own. */
  readonly size: number | null;
  /** The number of ONNX's TensorProto.DataType; `null` where ONNX has none. */
  readonly onnx: number | null;
}

/**
 * By the numbers of `tensorflow.DataType` (core/framework/types.proto). Quantized integers have their integer's
 * bytes, but their scale stands elsewhere in the graph, so that they are no ONNX type by themselves. Elements of
 * less than a byte take a whole byte in TensorFlow's files and half of one in ONNX's, hence `null` as well.
 */
const DATA_TYPES: ReadonlyMap<number, DataType> = new Map([
  [1, { name: 'float32', size: 4, onnx: 1 }],
  [2, { name: 'float64', size: 8, onnx: 11 }],
  [3, { name: 'int32', size: 4, onnx: 6 }],
  [4, { name: 'uint8', size: 1, onnx: 2 }],
  [5, { name: 'int16', size: 2, onnx: 5 }],
  [6, { name: 'int8', size: 1, onnx: 3 }],
  [7, { name: 'string', size: null, onnx: 8 }],
  [8, { name: 'complex64', size: 8, onnx: 14 }],
  [9, { name: 'int64', size: 8, onnx: 7 }],
  [10, { name: 'bool', size: 1, onnx: 9 }],
  [11, { name: 'qint8', size: 1, onnx: null }],
  [12, { name: 'quint8', size: 1, onnx: null }],
  [13, { name: 'qint32', size: 4, onnx: null }],
  [14, { name: 'bfloat16', size: 2, onnx: 16 }],
  [15, { name: 'qint16', size: 2, onnx: null }],
  [16, { name: 'quint16', size: 2, onnx: null }],
  [17, { name: 'uint16', size: 2, onnx: 4 }],
  [18, { name: 'complex128', size: 16, onnx: 15 }],
  [19, { name: 'float16', size: 2, onnx: 10 }],
  [20, { name: 'resource', size: null, onnx: null }],
  [21, { name: 'variant', size: null, onnx: null }],
  [22, { name: 'uint32', size: 4, onnx: 12 }],
  [23, { name: 'uint64', size: 8, onnx: 13 }],
  [24, { name: 'float8_e5m2', size: 1, onnx: 19 }],
  [25, { name: 'float8_e4m3fn', size: 1, onnx: 17 }],
  [26, { name: 'float8_e4m3fnuz', size: 1, onnx: 18 }],
  [27, { name: 'float8_e4m3b11fnuz', size: 1, onnx: null }],
  [28, { name: 'float8_e5m2fnuz', size: 1, onnx: 20 }],
  [29, { name: 'int4', size: 1, onnx: null }],
  [30, { name: 'uint4', size: 1, onnx: null }],
]);

/** TensorFlow adds this to the number of a type where it means a reference to such a tensor. */
const REFERENCE = 100;

/** The type by its number, of a reference what it refers to; `undefined` if there is none. */
export function dataType(number: number): DataType | undefined {
  return DATA_TYPES.get(number > REFERENCE ? number - REFERENCE : number);
}

/** The type's name for people, also where the number is unknown. */
export function dataTypeName(number: number): string {
  return dataType(number)?.name ?? `data type ${number}`;
}

/** All types, in the order of their numbers. */
export function allDataTypes(): readonly DataType[] {
  return [...DATA_TYPES.values()];
}
