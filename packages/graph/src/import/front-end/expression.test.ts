import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  createAlgebra,
  type Expression,
  HEIGHT,
  type NumberKind,
  type Operator,
  WIDTH,
} from './expression.ts';

/** A computation as a graph has it, with no algebra. */
type Computation =
  | { readonly side: typeof HEIGHT | typeof WIDTH }
  | { readonly kind: NumberKind; readonly value: number }
  | { readonly op: Operator; readonly args: readonly Computation[] }
  | { readonly cast: NumberKind; readonly arg: Computation };

type Sides = { readonly height: number; readonly width: number };

interface Typed {
  readonly kind: NumberKind;
  readonly value: number;
}

/** One step in TensorFlow's arithmetic. Sizes are never negative, as a graph would fail. */
function step(op: string, kind: NumberKind, [a = 0, b = 0]: readonly number[]): number {
  const round = (value: number) => (kind === 'float32' ? Math.fround(value) : value);
  switch (op) {
    case 'add':
      return round(a + b);
    case 'subtract':
      return round(a - b);
    case 'multiply':
      return round(a * b);
    case 'divide':
      return round(a / b);
    case 'floorDivide':
      return Math.floor(a / b);
    case 'minimum':
      return Math.min(a, b);
    case 'maximum':
      return Math.max(a, b);
    case 'floor':
      return Math.floor(a);
    case 'ceil':
      return Math.ceil(a);
    case 'rint':
      return Math.abs(a % 1) === 0.5 ? 2 * Math.round(a / 2) : Math.round(a);
    default:
      throw new Error(op);
  }
}

function castTo(kind: NumberKind, value: number): number {
  return kind === 'int' ? Math.trunc(value) : kind === 'float32' ? Math.fround(value) : value;
}

function directly(computation: Computation, sides: Sides): Typed {
  if ('side' in computation)
    return { kind: 'int', value: computation.side === HEIGHT ? sides.height : sides.width };
  if ('value' in computation) return { ...computation, value: castTo(computation.kind, computation.value) };
  if ('cast' in computation)
    return {
      kind: computation.cast,
      value: castTo(computation.cast, directly(computation.arg, sides).value),
    };
  const args = computation.args.map((arg) => directly(arg, sides));
  const kind = args[0]?.kind ?? 'int';
  return {
    kind,
    value: step(
      computation.op,
      kind,
      args.map(({ value }) => value),
    ),
  };
}

/** What an expression is for an image of these sides. */
function evaluated(expression: Expression, sides: Sides): number {
  const { op, kind, args, value, factors, name } = expression;
  if (op === 'number') return value;
  if (op === 'symbol') return name === HEIGHT ? sides.height : sides.width;
  const given = args.map((arg) => evaluated(arg, sides));
  if (op === 'sum') return given.reduce((sum, term, index) => sum + term * (factors[index] ?? 0), value);
  if (op === 'cast' || op === 'truncate') return castTo(kind, given[0] ?? 0);
  return step(op, kind, given);
}

const leaf: fc.Arbitrary<Computation> = fc.oneof(
  fc.constantFrom<Computation>({ side: HEIGHT }, { side: WIDTH }),
  fc.integer({ min: 1, max: 300 }).map((value): Computation => ({ kind: 'int', value })),
);

const float = (kind: 'float32' | 'float64', depth: number): fc.Arbitrary<Computation> => {
  const basic = fc.oneof(
    leaf.map((arg): Computation => ({ cast: kind, arg })),
    fc.constantFrom(0.1, 0.5, 1, 2, 256, 0.25, 123.68).map((value): Computation => ({ kind, value })),
  );
  if (depth === 0) return basic;
  const part = fc.oneof(basic, float(kind, depth - 1));
  return fc.oneof(
    fc
      .tuple(fc.constantFrom<Operator>('add', 'multiply', 'divide', 'minimum', 'maximum'), part, part)
      .map(([op, a, b]): Computation => ({ op, args: [a, b] })),
    fc
      .tuple(fc.constantFrom<Operator>('floor', 'ceil', 'rint'), part)
      .map(([op, a]): Computation => ({ op, args: [a] })),
  );
};

const whole = (depth: number): fc.Arbitrary<Computation> => {
  if (depth === 0) return leaf;
  const part = fc.oneof(leaf, whole(depth - 1));
  const floats = fc.oneof(float('float32', 2), float('float64', 2));
  return fc.oneof(
    fc
      .tuple(fc.constantFrom<Operator>('add', 'multiply', 'minimum', 'maximum'), part, part)
      .map(([op, a, b]): Computation => ({ op, args: [a, b] })),
    fc.tuple(part, leaf).map(([a, b]): Computation => ({ op: 'floorDivide', args: [a, b] })),
    floats.map((arg): Computation => ({ cast: 'int', arg })),
  );
};

function build(computation: Computation, algebra: ReturnType<typeof createAlgebra>): Expression {
  if ('side' in computation) return algebra.symbol(computation.side);
  if ('value' in computation) return algebra.number(computation.kind, computation.value);
  if ('cast' in computation) return algebra.cast(computation.cast, build(computation.arg, algebra));
  const [a, b] = computation.args.map((arg) => build(arg, algebra));
  return algebra.apply(computation.op, [a as Expression, b]);
}

const side = fc.integer({ min: 1, max: 3000 });

test('whatever is simplified has the same value for every image of its order', () => {
  fc.assert(
    fc.property(whole(3), side, side, (computation, height, width) => {
      const order = height > width ? 'high' : height < width ? 'wide' : 'square';
      const expression = build(computation, createAlgebra(order));
      const { value } = directly(computation, { height, width });
      // Beyond the sizes that images have, whole numbers of a graph would be cut off.
      fc.pre(Number.isFinite(value) && Math.abs(value) < 2 ** 24);
      assert.equal(evaluated(expression, { height, width }), value);
    }),
    { numRuns: 3000 },
  );
});

test('comparisons are known where the order says them, and only there', () => {
  const { apply, symbol, number, cast } = createAlgebra('high');
  const [height, width] = [symbol(HEIGHT), symbol(WIDTH)];
  const floats = [cast('float32', height), cast('float32', width)] as const;
  assert.equal(apply('less', [width, height]), number('bool', 1));
  assert.equal(apply('less', [floats[0], floats[1]]), number('bool', 0));
  assert.equal(apply('minimum', floats), floats[1]);
  assert.equal(apply('less', [number('int', 0), height]), number('bool', 1));
  assert.notEqual(apply('less', [height, number('int', 100)]).op, 'number');
  assert.equal(createAlgebra('square').symbol(WIDTH).name, HEIGHT);
});

test('single precision is not simplified away', () => {
  const { apply, symbol, number, cast } = createAlgebra('high');
  const width = cast('float32', symbol(WIDTH));
  const factor = apply('divide', [number('float32', 256), width]);
  const scaled = cast('int', apply('multiply', [width, factor]));
  assert.equal(evaluated(scaled, { height: 100, width: 61 }), 255);
  assert.equal(evaluated(scaled, { height: 100, width: 64 }), 256);
});
