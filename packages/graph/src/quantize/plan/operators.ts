/**
 * What an operator is to quantization:
 * - `weighted`: multiplies by constants, which is where the time and the memory go; it runs in integers wherever it can.
 * - `computing`: runs in integers between others that do, with a scale of its own for what it makes.
 * - `moving`: hands values on as they are, so that what it takes and makes has one scale.
 * - `limiting`: cuts values off; behind another, the type that its result is held in does the same.
 */
export type Role = 'weighted' | 'computing' | 'moving' | 'limiting';

/** Operators for which ONNX Runtime's CPU provider has kernels in integers. */
export const OPERATORS: ReadonlyMap<string, Role> = new Map([
  ['Conv', 'weighted'],
  ['Gemm', 'weighted'],
  ['MatMul', 'weighted'],
  ['Add', 'computing'],
  ['Mul', 'computing'],
  ['AveragePool', 'computing'],
  ['GlobalAveragePool', 'computing'],
  ['LeakyRelu', 'computing'],
  ['Sigmoid', 'computing'],
  ['Concat', 'moving'],
  ['Flatten', 'moving'],
  ['MaxPool', 'moving'],
  ['Reshape', 'moving'],
  ['Squeeze', 'moving'],
  ['Transpose', 'moving'],
  ['Unsqueeze', 'moving'],
  ['Relu', 'limiting'],
  ['Clip', 'limiting'],
]);

/** Operators that may answer in FP32 while they multiply integers: their kernels scale what they have summed up anyway. */
export const ANSWERING_IN_FLOAT: ReadonlySet<string> = new Set(['Gemm', 'MatMul']);

/** Operators that take only their first input as values; others are shapes and axes. */
export const ONE_VALUE: ReadonlySet<string> = new Set([
  'Clip',
  'Flatten',
  'MaxPool',
  'Reshape',
  'Squeeze',
  'Unsqueeze',
]);
