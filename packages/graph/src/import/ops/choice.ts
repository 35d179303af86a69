import { cast, finish, type Operation, step } from '../operation.ts';
import { broadcast, type Value } from '../value.ts';

/** ONNX Runtime chooses among these types; every number of the others is one of the type beside it. */
const WIDER: Readonly<Record<string, string>> = {
  bool: 'uint8',
  int8: 'int32',
  int16: 'int32',
  uint16: 'int32',
  uint32: 'int64',
  float16: 'float32',
  bfloat16: 'float32',
};

/** The elements of `x` where the condition is true, and of `y` elsewhere, as the result of the operation. */
export function chosen(operation: Operation, condition: Value, x: Value, y: Value): readonly Value[] {
  const shape = broadcast(broadcast(condition.shape, x.shape), y.shape);
  const { dtype } = x;
  const wider = WIDER[dtype];
  if (wider === undefined) return finish(operation, 'Where', [condition, x, y], { dtype, shape });
  const [a, b] = [cast(operation, x, wider), cast(operation, y, wider)];
  const found = step(operation, 'Where', [condition, a, b], { dtype: wider, shape });
  return finish(operation, 'Identity', [cast(operation, found, dtype)], { dtype, shape });
}
