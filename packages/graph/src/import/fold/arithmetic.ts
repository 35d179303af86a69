import { elementCount } from '../../tensorflow/bundle/bundle-index.ts';
import { type Elements, elementsOf, type Operand, operandOf, roomFor } from './operand.ts';
import { expanded, sharedShape } from './rearrange.ts';

/** Shapes, axes and what belongs to channels has fewer elements; more are left to ONNX Runtime. */
export const MOST_COMPUTED = 65_536;

/** What makes one element of several; `undefined` where that has no one right answer. */
interface Rule {
  readonly floats?: (a: number, b: number) => number | boolean;
  readonly wholes?: (a: bigint, b: bigint) => bigint | boolean | undefined;
}

// Only what has one right answer stands here, so no exponentials and no sums of many. Sums, products, quotients and
// roots of float32 and float16 are rounded twice, by float64 first; as that has more than twice their digits and two
// more, the result is the nearest all the same (S. A. Figueroa, "When is double rounding innocuous?", 1995).
const RULES: Readonly<Record<string, Rule>> = {
  Neg: { floats: (a) => -a, wholes: (a) => -a },
  Abs: { floats: Math.abs, wholes: (a) => (a < 0n ? -a : a) },
  Floor: { floats: Math.floor },
  Ceil: { floats: Math.ceil },
  Sqrt: { floats: Math.sqrt },
  Reciprocal: { floats: (a) => 1 / a },
  Not: { wholes: (a) => a === 0n },
  Add: { floats: (a, b) => a + b, wholes: (a, b) => a + b },
  Sub: { floats: (a, b) => a - b, wholes: (a, b) => a - b },
  Mul: { floats: (a, b) => a * b, wholes: (a, b) => a * b },
  Div: { floats: (a, b) => a / b, wholes: (a, b) => (b === 0n ? undefined : a / b) },
  Max: { floats: Math.max, wholes: larger },
  Min: { floats: Math.min, wholes: smaller },
  Equal: { floats: (a, b) => a === b, wholes: (a, b) => a === b },
  Less: { floats: (a, b) => a < b, wholes: (a, b) => a < b },
  LessOrEqual: { floats: (a, b) => a <= b, wholes: (a, b) => a <= b },
  Greater: { floats: (a, b) => a > b, wholes: (a, b) => a > b },
  GreaterOrEqual: { floats: (a, b) => a >= b, wholes: (a, b) => a >= b },
  And: { wholes: (a, b) => a !== 0n && b !== 0n },
  Or: { wholes: (a, b) => a !== 0n || b !== 0n },
};

function larger(a: bigint, b: bigint): bigint {
  return smaller(a, b) === a ? b : a;
}

function smaller(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

/** Whole numbers beyond are none of float64's, from which float32 would be rounded. */
const MOST_EXACT = 2n ** 53n;

/**
 * What the ONNX op of one or two tensors computes, element by element, in a type; `undefined` where that is left to
 * ONNX Runtime: other ops, more elements, or no exact answer.
 */
export function computed(op: string, operands: readonly Operand[], dtype: string): Operand | undefined {
  const rule = Object.hasOwn(RULES, op) ? RULES[op] : undefined;
  const shape = sharedShape(operands.map((operand) => operand.shape));
  if (rule === undefined || shape === undefined || elementCount(shape) > MOST_COMPUTED) return undefined;
  const [a, b = a] = operands.map((operand) => elementsOf(expanded(operand, shape)));
  const into = roomFor(dtype, shape);
  if (a === undefined || b === undefined || into === undefined) return undefined;
  const compute = isFloat(a) ? rule.floats : rule.wholes;
  if (compute === undefined) return undefined;
  for (let at = 0; at < into.length; at += 1) {
    const result = isFloat(a)
      ? rule.floats?.(Number(a[at]), Number(b[at]))
      : rule.wholes?.(BigInt(a[at] as number), BigInt(b[at] as number));
    if (result === undefined) return undefined;
    store(into, at, typeof result === 'boolean' ? BigInt(result) : result);
  }
  return operandOf(dtype, shape, into);
}

/** As ONNX casts, where it says what comes of each element. */
export function cast(operand: Operand, dtype: string): Operand | undefined {
  if (operand.dtype === dtype) return operand;
  if (elementCount(operand.shape) > MOST_COMPUTED) return undefined;
  const [from, into] = [elementsOf(operand), roomFor(dtype, operand.shape)];
  if (from === undefined || into === undefined) return undefined;
  for (const [at, element] of from.entries()) {
    const result = castElement(element, into, dtype);
    if (result === undefined) return undefined;
    store(into, at, result);
  }
  return operandOf(dtype, operand.shape, into);
}

function castElement(element: number | bigint, into: Elements, dtype: string): number | bigint | undefined {
  if (dtype === 'bool') return BigInt(Number(element) !== 0);
  if (isFloat(into))
    return typeof element === 'bigint' && (element > MOST_EXACT || element < -MOST_EXACT)
      ? undefined
      : Number(element);
  if (typeof element === 'bigint') return element;
  // What a number beyond its type becomes differs between processors.
  const whole = Number.isFinite(element) ? BigInt(Math.trunc(element)) : undefined;
  return whole !== undefined && fits(whole, into) ? whole : undefined;
}

/** Whole numbers wrap around. */
function store(into: Elements, at: number, value: number | bigint): void {
  if (into instanceof BigInt64Array || into instanceof BigUint64Array) into[at] = BigInt(value);
  else
    into[at] = typeof value === 'bigint' && !isFloat(into) ? Number(BigInt.asIntN(32, value)) : Number(value);
}

function fits(value: bigint, into: Elements): boolean {
  const bits = into.BYTES_PER_ELEMENT * 8;
  const signed =
    into instanceof Int8Array ||
    into instanceof Int16Array ||
    into instanceof Int32Array ||
    into instanceof BigInt64Array;
  return (signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)) === value;
}

function isFloat(elements: Elements): boolean {
  return (
    elements instanceof Float64Array || elements instanceof Float32Array || elements instanceof Float16Array
  );
}

/** Where the condition holds, elements of the first, else of the second. */
export function chosen(condition: Operand, first: Operand, second: Operand): Operand | undefined {
  const shape = sharedShape([condition.shape, first.shape, second.shape]);
  if (shape === undefined || elementCount(shape) > MOST_COMPUTED) return undefined;
  const [holds, yes, no] = [condition, first, second].map((operand) => expanded(operand, shape).bytes) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const bytes = new Uint8Array(no);
  const size = bytes.length / (holds.length || 1);
  for (const [at, one] of holds.entries())
    if (one !== 0) bytes.set(yes.subarray(at * size, (at + 1) * size), at * size);
  return { dtype: first.dtype, shape, bytes };
}
