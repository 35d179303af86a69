import { cast, finish, input, type Mapper, type Operation, step } from '../operation.ts';
import { NotConverted } from '../refuse.ts';
import { broadcast, type Value } from '../value.ts';
import { computed } from './elementwise.ts';
import { numbersOf } from './sizes.ts';

/** `//` of Python: towards less. */
const floorDiv: Mapper = (operation) => {
  const { a, b, result } = operands(operation);
  if (isFloat(a)) return finish(operation, 'Floor', [step(operation, 'Div', [a, b], result)], result);
  const known = computed(a, b, (x, y) => Math.floor(x / y));
  const quotient = step(operation, 'Div', [a, b], result);
  if (isUnsigned(a)) return finish(operation, 'Identity', [quotient], result);
  // ONNX divides towards 0: that is one too many where something is left and the signs differ.
  const truth = { dtype: 'bool', shape: result.shape };
  const zero = operation.emitter.number(operation.node.name, 0, a.dtype);
  const [below, belowToo] = [a, b].map((each) =>
    step(operation, 'Less', [each, zero], { ...truth, shape: each.shape }),
  );
  const differ = step(operation, 'Xor', [below as Value, belowToo as Value], truth);
  const whole = step(operation, 'Equal', [step(operation, 'Mul', [quotient, b], result), a], truth);
  const left = step(operation, 'Not', [whole], truth);
  const many = cast(operation, step(operation, 'And', [differ, left], truth), a.dtype);
  return finish(operation, 'Sub', [quotient, many], { ...result, known });
};

/** `%` of Python: with the sign of the divisor. */
const floorMod: Mapper = (operation) => {
  const { a, b, result } = operands(operation);
  if (!isFloat(a)) {
    const known = computed(a, b, (x, y) => x - y * Math.floor(x / y));
    return finish(operation, 'Mod', [a, b], { ...result, known });
  }
  // ONNX has only C's fmod for floats, with the sign of the dividend.
  const rest = step(operation, 'Mod', [a, b], result, { fmod: 1 });
  const truth = { dtype: 'bool', shape: result.shape };
  const zero = operation.emitter.number(operation.node.name, 0, a.dtype);
  const none = step(operation, 'Equal', [rest, zero], truth);
  const below = step(operation, 'Less', [rest, zero], truth);
  const belowToo = step(operation, 'Less', [b, zero], { ...truth, shape: b.shape });
  const same = step(operation, 'Not', [step(operation, 'Xor', [below, belowToo], truth)], truth);
  const kept = step(operation, 'Or', [none, same], truth);
  return finish(operation, 'Where', [kept, rest, step(operation, 'Add', [rest, b], result)], result);
};

/** As C divides: towards 0. */
const truncateDiv: Mapper = (operation) => {
  const { a, b, result } = operands(operation);
  const known = isFloat(a) ? undefined : computed(a, b, (x, y) => Math.trunc(x / y));
  return finish(operation, 'Div', [a, b], { ...result, known });
};

const truncateMod: Mapper = (operation) => {
  const { a, b, result } = operands(operation);
  return finish(operation, 'Mod', [a, b], result, { fmod: 1 });
};

/** `a / b`, and 0 where `zero` is 0. */
function orZero(zero: 'a' | 'b'): Mapper {
  return (operation) => {
    const [a, b] = [input(operation, 0), input(operation, 1)];
    const result = { dtype: a.dtype, shape: broadcast(a.shape, b.shape) };
    const tested = zero === 'a' ? a : b;
    const none = operation.emitter.number(operation.node.name, 0, a.dtype);
    const isNone = step(operation, 'Equal', [tested, none], { dtype: 'bool', shape: tested.shape });
    return finish(operation, 'Where', [isNone, none, step(operation, 'Div', [a, b], result)], result);
  };
}

/** What is divided by what. TensorFlow fails where a whole number is divided by 0, and ONNX has no way to. */
function operands(operation: Operation): {
  readonly a: Value;
  readonly b: Value;
  readonly result: { readonly dtype: string; readonly shape: Value['shape'] };
} {
  const [a, b] = [input(operation, 0), input(operation, 1)];
  const divisors = numbersOf(b);
  if (!isFloat(a) && (divisors === undefined || divisors.includes(0)))
    throw new NotConverted(
      'It divides whole numbers by numbers that may be 0 when the model runs.',
      'Divide by a constant, or cast to float32 before it in the model.',
    );
  return { a, b, result: { dtype: a.dtype, shape: broadcast(a.shape, b.shape) } };
}

function isFloat({ dtype }: Value): boolean {
  return dtype.startsWith('float') || dtype === 'bfloat16';
}

function isUnsigned({ dtype }: Value): boolean {
  return dtype.startsWith('uint');
}

/** Divisions and what they leave. */
export const DIVISION: Readonly<Record<string, Mapper>> = {
  Div: truncateDiv,
  TruncateDiv: truncateDiv,
  FloorDiv: floorDiv,
  Mod: truncateMod,
  TruncateMod: truncateMod,
  FloorMod: floorMod,
  DivNoNan: orZero('b'),
  Xdivy: orZero('a'),
};
