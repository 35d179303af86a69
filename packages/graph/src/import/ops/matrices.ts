import { boolAttribute, finish, input, type Mapper, type Operation, rankOf, step } from '../operation.ts';
import { NotConverted } from '../refuse.ts';
import { broadcast, type Value } from '../value.ts';

const matMul: Mapper = (operation) => product(operation, 'transpose_a', 'transpose_b');

const batchMatMul: Mapper = (operation) => product(operation, 'adj_x', 'adj_y');

function product(operation: Operation, first: string, second: string): readonly Value[] {
  const a = transposed(operation, input(operation, 0), boolAttribute(operation, first, false));
  const b = transposed(operation, input(operation, 1), boolAttribute(operation, second, false));
  if (a.dtype.startsWith('complex'))
    throw new NotConverted(`It multiplies ${a.dtype}.`, 'Compute with real numbers.');
  const [x, y] = [a.shape, b.shape];
  const shape =
    x === null || y === null
      ? null
      : [...(broadcast(x.slice(0, -2), y.slice(0, -2)) ?? []), x.at(-2) ?? null, y.at(-1) ?? null];
  return finish(operation, 'MatMul', [a, b], { dtype: a.dtype, shape });
}

/** With the last two axes exchanged. */
function transposed(operation: Operation, value: Value, wanted: boolean): Value {
  if (!wanted) return value;
  const rank = rankOf(value);
  const perm = Array.from({ length: rank }, (_, index) => index);
  perm.splice(rank - 2, 2, rank - 1, rank - 2);
  const shape = perm.map((axis) => value.shape?.[axis] ?? null);
  return step(operation, 'Transpose', [value], { dtype: value.dtype, shape }, { perm });
}

/** Products of matrices. */
export const MATRICES: Readonly<Record<string, Mapper>> = {
  MatMul: matMul,
  BatchMatMul: batchMatMul,
  BatchMatMulV2: batchMatMul,
};
