/** What is known of the sides of an image: which one is the longer. */
export type Order = 'wide' | 'high' | 'square';

export const ORDERS: readonly Order[] = ['wide', 'high', 'square'];

/** Whole numbers of any width, as sizes never leave the narrowest; floats in their precision. */
export type NumberKind = 'int' | 'float32' | 'float64' | 'bool';

/**
 * A number that is computed from the size of an image: a value of the graph of all its computations. Within one
 * algebra, two expressions are the same object where they have the same value for every image of the algebra's order.
 */
export interface Expression {
  readonly id: number;
  readonly kind: NumberKind;
  /** `number`, `symbol`, `sum`, or the name of an operation. */
  readonly op: string;
  readonly args: readonly Expression[];
  /** Of a number its value (1 for true); of a sum what is added to its terms. */
  readonly value: number;
  /** Of a sum: the whole number that each argument is multiplied by. */
  readonly factors: readonly number[];
  /** Of a symbol. */
  readonly name: string;
}

/** Makes expressions and simplifies them on the way, by rules that hold exactly in TensorFlow's arithmetic. */
export interface Algebra {
  readonly order: Order;
  number(kind: NumberKind, value: number): Expression;
  symbol(name: string): Expression;
  apply(op: Operator, args: Operands): Expression;
  /** As TensorFlow casts: what is behind the point is cut off. */
  cast(kind: NumberKind, arg: Expression): Expression;
}

/** One or two. */
export type Operands = readonly [Expression, (Expression | undefined)?];

export type Operator =
  | 'add'
  | 'subtract'
  | 'multiply'
  | 'divide'
  | 'floorDivide'
  | 'minimum'
  | 'maximum'
  | 'floor'
  | 'ceil'
  | 'rint'
  | 'less'
  | 'lessEqual'
  | 'equal'
  | 'and'
  | 'not';

/** The sides of the image as it is decoded, both at least 1. */
export const HEIGHT = 'height';
export const WIDTH = 'width';

interface Sum {
  readonly constant: number;
  readonly terms: ReadonlyMap<Expression, number>;
}

/** Expressions for images whose sides are in that order. Sides are below 2^24, which single precision holds exactly. */
export function createAlgebra(order: Order): Algebra {
  const known = new Map<string, Expression>();

  function intern(
    kind: NumberKind,
    op: string,
    args: readonly Expression[],
    rest: { readonly value?: number; readonly factors?: readonly number[]; readonly name?: string } = {},
  ): Expression {
    const { value = 0, factors = [], name = '' } = rest;
    const key = [
      kind,
      op,
      Object.is(value, -0) ? '-0' : value,
      name,
      ...args.map(({ id }) => id),
      ...factors,
    ].join();
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = { id: known.size, kind, op, args, value, factors, name };
    known.set(key, made);
    return made;
  }

  function number(kind: NumberKind, value: number): Expression {
    return intern(kind, 'number', [], { value: kind === 'float32' ? Math.fround(value) : value });
  }

  function truth(value: boolean): Expression {
    return number('bool', value ? 1 : 0);
  }

  function symbol(name: string): Expression {
    return intern('int', 'symbol', [], { name: order === 'square' && name === WIDTH ? HEIGHT : name });
  }

  function sumOf(expression: Expression): Sum {
    const { op, args, value, factors } = expression;
    if (op === 'number') return { constant: value, terms: new Map() };
    if (op !== 'sum') return { constant: 0, terms: new Map([[expression, 1]]) };
    return { constant: value, terms: new Map(args.map((arg, index) => [arg, factors[index] as number])) };
  }

  function fromSum(constant: number, terms: ReadonlyMap<Expression, number>): Expression {
    const left = [...terms].filter(([, factor]) => factor !== 0).toSorted(([a], [b]) => a.id - b.id);
    const [only] = left;
    if (only === undefined) return number('int', constant);
    if (left.length === 1 && constant === 0 && only[1] === 1) return only[0];
    const factors = left.map(([, factor]) => factor);
    return intern(
      'int',
      'sum',
      left.map(([term]) => term),
      { value: constant, factors },
    );
  }

  function added(a: Expression, b: Expression, times: number): Expression {
    const [x, y] = [sumOf(a), sumOf(b)];
    const terms = new Map(x.terms);
    for (const [term, factor] of y.terms) terms.set(term, (terms.get(term) ?? 0) + factor * times);
    return fromSum(x.constant + y.constant * times, terms);
  }

  function scaled(sum: Sum, by: number): Expression {
    return fromSum(sum.constant * by, new Map([...sum.terms].map(([term, factor]) => [term, factor * by])));
  }

  function multiplied(a: Expression, b: Expression): Expression {
    if (a.op === 'number') return scaled(sumOf(b), a.value);
    if (b.op === 'number') return scaled(sumOf(a), b.value);
    return sorted('int', 'multiply', [a, b]);
  }

  function floorDivided(a: Expression, b: Expression): Expression {
    const whole = b.op === 'number' ? dividedBy(sumOf(a), b.value) : timesOf(sumOf(a), b);
    if (whole !== undefined) return whole;
    if (a.op === 'number' && b.op === 'number' && b.value !== 0)
      return number('int', Math.floor(a.value / b.value));
    return intern('int', 'floorDivide', [a, b]);
  }

  function dividedBy(sum: Sum, by: number): Expression | undefined {
    const parts = [sum.constant, ...sum.terms.values()];
    if (by === 0 || parts.some((part) => part % by !== 0)) return undefined;
    const terms = new Map([...sum.terms].map(([term, factor]) => [term, factor / by]));
    return fromSum(sum.constant / by, terms);
  }

  /** The whole number that `b`, which is not 0, is multiplied by to give the sum. */
  function timesOf({ constant, terms }: Sum, b: Expression): Expression | undefined {
    const factor = terms.get(b);
    return constant === 0 && terms.size === 1 && factor !== undefined ? number('int', factor) : undefined;
  }

  function sorted(kind: NumberKind, op: string, [a, b]: readonly [Expression, Expression]): Expression {
    return intern(kind, op, a.id <= b.id ? [a, b] : [b, a]);
  }

  function onFloats(op: Operator, a: Expression, b: Expression): Expression {
    const { kind } = a;
    if (a.op === 'number' && b.op === 'number') return number(kind, computed(op, a.value, b.value));
    if (op === 'divide') return b.op === 'number' && b.value === 1 ? a : intern(kind, op, [a, b]);
    if (op === 'subtract') return b.op === 'number' && b.value === 0 ? a : intern(kind, op, [a, b]);
    const [constant, other] = a.op === 'number' ? [a, b] : [b, a];
    if (constant.op !== 'number') return sorted(kind, op, [a, b]);
    if (constant.value === (op === 'multiply' ? 1 : 0)) return other;
    // To multiply by 1 / 2^n is to divide by 2^n, exactly.
    if (op === 'multiply' && isPowerOfTwo(1 / constant.value))
      return intern(kind, 'divide', [other, number(kind, 1 / constant.value)]);
    return sorted(kind, op, [a, b]);
  }

  function arithmetic(op: Operator, a: Expression, b: Expression): Expression {
    if (a.kind !== 'int') return onFloats(op, a, b);
    switch (op) {
      case 'add':
        return added(a, b, 1);
      case 'subtract':
        return added(a, b, -1);
      case 'multiply':
        return multiplied(a, b);
      default:
        return floorDivided(a, b);
    }
  }

  /** Less than 0, 0, or more where `a` is less than, equal to or more than `b` for every image. */
  function compared(a: Expression, b: Expression): number | undefined {
    if (a === b) return 0;
    if (a.op === 'number' && b.op === 'number') return Math.sign(a.value - b.value);
    const [x, y] = [wholeOf(a), wholeOf(b)];
    if (x !== undefined && y !== undefined) return signOf(sumOf(added(x, y, -1)));
    return undefined;
  }

  function signOf({ constant, terms }: Sum): number | undefined {
    if (terms.size === 0) return Math.sign(constant);
    const [height, width] = [terms.get(symbol(HEIGHT)), terms.get(symbol(WIDTH))];
    if (constant === 0 && terms.size === 2 && height !== undefined && width === -height)
      return order === 'high' ? Math.sign(height) : -Math.sign(height);
    const factors = [...terms.values()];
    // Each side is at least 1.
    if ([...terms.keys()].some(({ name }) => name !== HEIGHT && name !== WIDTH)) return undefined;
    const nearest = factors.reduce((sum, factor) => sum + factor, constant);
    if (nearest > 0 && factors.every((factor) => factor > 0)) return 1;
    return nearest < 0 && factors.every((factor) => factor < 0) ? -1 : undefined;
  }

  function comparison(op: Operator, a: Expression, b: Expression): Expression {
    const sign = compared(a, b);
    if (sign === undefined) return op === 'equal' ? sorted('bool', op, [a, b]) : intern('bool', op, [a, b]);
    return truth(op === 'less' ? sign < 0 : op === 'equal' ? sign === 0 : sign <= 0);
  }

  function lesser(op: Operator, a: Expression, b: Expression): Expression {
    const sign = compared(a, b);
    if (sign === undefined) return sorted(a.kind, op, [a, b]);
    return sign <= 0 === (op === 'minimum') ? a : b;
  }

  function and(a: Expression, b: Expression): Expression {
    if (a === b) return a;
    const [constant, other] = a.op === 'number' ? [a, b] : [b, a];
    if (constant.op !== 'number') return sorted('bool', 'and', [a, b]);
    return constant.value === 0 ? constant : other;
  }

  function rounded(op: Operator, a: Expression): Expression {
    if (a.kind === 'int' || wholeOf(a) !== undefined) return a;
    return a.op === 'number' ? number(a.kind, computed(op, a.value, 0)) : intern(a.kind, op, [a]);
  }

  function apply(op: Operator, [a, b = a]: Operands): Expression {
    switch (op) {
      case 'add':
      case 'subtract':
      case 'multiply':
      case 'divide':
      case 'floorDivide':
        return arithmetic(op, a, b);
      case 'minimum':
      case 'maximum':
        return lesser(op, a, b);
      case 'less':
      case 'lessEqual':
      case 'equal':
        return comparison(op, a, b);
      case 'floor':
      case 'ceil':
      case 'rint':
        return rounded(op, a);
      case 'and':
        return and(a, b);
      case 'not':
        return a.op === 'number' ? truth(a.value === 0) : intern('bool', 'not', [a]);
    }
  }

  function cast(kind: NumberKind, a: Expression): Expression {
    if (a.kind === kind) return a;
    if (a.op === 'number') return number(kind, kind === 'int' ? Math.trunc(a.value) : a.value);
    const whole = wholeOf(a);
    if (whole !== undefined && kind !== 'bool') return kind === 'int' ? whole : intern(kind, 'cast', [whole]);
    return kind === 'int' ? truncated(a) : intern(kind, 'cast', [a]);
  }

  /** What is computed of sizes to be a size is never negative, so that to cut off is to round down. */
  function truncated(a: Expression): Expression {
    const [x, y] = a.args.map(wholeOf);
    // In double precision, and for powers of two in any, a quotient of whole numbers rounds to no other whole number.
    const exact = a.kind === 'float64' || (y?.op === 'number' && isPowerOfTwo(y.value));
    if (a.op === 'divide' && x !== undefined && y !== undefined && exact) return floorDivided(x, y);
    return intern('int', 'truncate', a.op === 'floor' ? a.args : [a]);
  }

  /** The whole number that a float is known to be. */
  function wholeOf(a: Expression): Expression | undefined {
    if (a.kind === 'int') return a;
    if (a.op === 'number') return Number.isInteger(a.value) ? number('int', a.value) : undefined;
    const [inner] = a.args;
    return a.op === 'cast' && inner?.kind === 'int' ? inner : undefined;
  }

  return { order, number, symbol, apply, cast };
}

function computed(op: Operator, a: number, b: number): number {
  switch (op) {
    case 'add':
      return a + b;
    case 'subtract':
      return a - b;
    case 'multiply':
      return a * b;
    case 'floor':
      return Math.floor(a);
    case 'ceil':
      return Math.ceil(a);
    case 'rint':
      return Math.abs(a % 1) === 0.5 ? 2 * Math.round(a / 2) : Math.round(a);
    default:
      return a / b;
  }
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(value) && value > 0 && Number.isInteger(Math.log2(value));
}
