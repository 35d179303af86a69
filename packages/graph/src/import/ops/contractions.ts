import { finish, fixed, input, type Mapper, rankOf, step, textAttribute } from '../operation.ts';
import { NotConverted } from '../refuse.ts';
import type { Value } from '../value.ts';

const EINSUM_TYPES = new Set(['float32', 'float64', 'int32', 'int64']);

const einsum: Mapper = (operation) => {
  const { inputs } = operation;
  const { dtype } = input(operation, 0);
  const equation = textAttribute(operation, 'equation', '');
  if (!EINSUM_TYPES.has(dtype))
    throw new NotConverted(`It computes with ${dtype}.`, 'Cast to float32 before it in the model.');
  return finish(operation, 'Einsum', inputs, { dtype, shape: einsumShape(equation, inputs) }, { equation });
};

/** The sizes of the letters behind the arrow; `...` stands for the axes that no letter names. */
function einsumShape(equation: string, inputs: readonly Value[]): Value['shape'] {
  const [left = '', right = ''] = equation.replaceAll(' ', '').split('->');
  const sizes = new Map<string, number | null>();
  let rest: readonly (number | null)[] = [];
  for (const [index, labels] of left.split(',').entries()) {
    const shape = inputs[index]?.shape;
    if (shape == null) return null;
    const [before = '', after] = labels.split('...');
    for (const [axis, letter] of [...before].entries())
      sizes.set(letter, sizes.get(letter) ?? shape[axis] ?? null);
    for (const [axis, letter] of [...(after ?? '')].toReversed().entries())
      sizes.set(letter, sizes.get(letter) ?? shape.at(-1 - axis) ?? null);
    if (after === undefined) continue;
    const own = shape.slice(before.length, shape.length - after.length);
    rest = own.length > rest.length ? own.map(() => null) : rest.map(() => null);
  }
  const [before = '', after] = right.split('...');
  const named = (letters: string): (number | null)[] =>
    [...letters].map((letter) => sizes.get(letter) ?? null);
  return after === undefined ? named(before) : [...named(before), ...rest, ...named(after)];
}

const TRIANGLE_TYPES = new Set(['float32', 'float64', 'int64', 'bool']);

/** What lies further below or above the diagonal than a number says is 0; a negative number takes all. */
const band: Mapper = (operation) => {
  const { node, emitter } = operation;
  const x = input(operation, 0);
  rankOf(x);
  if (!TRIANGLE_TYPES.has(x.dtype))
    throw new NotConverted(`It takes a band of ${x.dtype}.`, 'Cast to float32 before it in the model.');
  const [lower = -1] = fixed(operation, 1, 'lower number');
  const [upper = -1] = fixed(operation, 2, 'upper number');
  const result = { dtype: x.dtype, shape: x.shape };
  const triangle = (from: Value, offset: number, isUpper: number): Value =>
    step(operation, 'Trilu', [from, emitter.integers(node.name, [offset], [])], result, { upper: isUpper });
  const cut = lower < 0 ? x : triangle(x, -lower, 1);
  return finish(operation, 'Identity', [upper < 0 ? cut : triangle(cut, upper, 0)], result);
};

/** Sums of products by letters, and bands of matrices. */
export const CONTRACTIONS: Readonly<Record<string, Mapper>> = { Einsum: einsum, MatrixBandPart: band };
