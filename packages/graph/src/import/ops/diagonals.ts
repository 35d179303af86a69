import { fixed, input, integers, type Mapper, type Operation, rankOf, step } from '../operation.ts';
import { NotConverted } from '../refuse.ts';
import type { Value } from '../value.ts';
import { chosen } from './choice.ts';
import { counted, type Size, sizeOf } from './sizes.ts';

/** Square matrices with the numbers on their diagonals. */
const matrixDiagonal: Mapper = (operation) => {
  const diagonal = input(operation, 0);
  const { inputs } = operation;
  if (inputs.length > 1) requireMain(operation, 1);
  for (const index of [2, 3])
    if (inputs.length > index && fixed(operation, index, 'size')[0] !== -1)
      throw new NotConverted('It makes matrices that are not square.', 'Pad square ones.');
  const rank = rankOf(diagonal);
  const size = sizeOf(operation, diagonal, rank - 1);
  const zero = inputs[4] ?? operation.emitter.number(operation.node.name, 0, diagonal.dtype);
  return chosen(operation, onDiagonal(operation, size, size), columns(operation, diagonal), zero);
};

/** The matrices with other numbers on their diagonals. */
const withDiagonal: Mapper = (operation) => {
  const [x, diagonal] = [input(operation, 0), input(operation, 1)];
  if (operation.inputs.length > 2) requireMain(operation, 2);
  const rank = rankOf(x);
  const [rows, width] = [sizeOf(operation, x, rank - 2), sizeOf(operation, x, rank - 1)];
  if (rows !== width || typeof rows !== 'number')
    throw new NotConverted('It takes matrices that may not be square.', 'Give the matrices a square shape.');
  return chosen(operation, onDiagonal(operation, rows, width), columns(operation, diagonal), x);
};

function requireMain(operation: Operation, index: number): void {
  if (fixed(operation, index, 'diagonal').some((each) => each !== 0))
    throw new NotConverted('It has other diagonals than the main one.', 'Use the main diagonal.');
}

/** The number of row `i` in all columns of it. */
function columns(operation: Operation, diagonal: Value): Value {
  const shape = [...(diagonal.shape ?? []), 1];
  const axis = integers(operation, [rankOf(diagonal)]);
  return step(operation, 'Unsqueeze', [diagonal, axis], { dtype: diagonal.dtype, shape });
}

function onDiagonal(operation: Operation, rows: Size, width: Size): Value {
  const [down, across] = [rows, width].map((size) => counted(operation, size)) as [Value, Value];
  const shape = { dtype: 'int64', shape: [down.shape?.[0] ?? null, 1] };
  const column = step(operation, 'Unsqueeze', [down, integers(operation, [1])], shape);
  const dims = [down.shape?.[0] ?? null, across.shape?.[0] ?? null];
  return step(operation, 'Equal', [column, across], { dtype: 'bool', shape: dims });
}

/** Ops of the diagonals of matrices. */
export const DIAGONALS: Readonly<Record<string, Mapper>> = {
  MatrixDiag: matrixDiagonal,
  MatrixDiagV2: matrixDiagonal,
  MatrixDiagV3: matrixDiagonal,
  MatrixSetDiag: withDiagonal,
  MatrixSetDiagV2: withDiagonal,
  MatrixSetDiagV3: withDiagonal,
};
