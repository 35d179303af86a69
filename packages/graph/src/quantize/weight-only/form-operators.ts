/** Operators whose weights alone become integers. */
export const WEIGHT_ONLY_OPS: readonly string[] = ['Conv', 'Gemm', 'MatMul'];

/** Operators that run in integers with scales of the moment. */
export const DYNAMIC_OPS: readonly string[] = ['Gemm', 'MatMul'];
