import type { Operation } from '../operation.ts';
import type { Value } from '../value.ts';
import { type Cell, cellOf } from './cells.ts';
import { filled, inInt64, type Place, rowOf } from './list.ts';
import { firstOf, type Pattern, patternOf } from './pattern.ts';
import type { Plan, Round } from './round.ts';

/** What a variable of the loop is to the network. */
type Role = 'counter' | 'state' | 'all' | 'last' | 'same';

/** TensorFlow's order of the gates as numbers of ONNX's: input, forget, cell, output to input, output, forget, cell. */
const GATES = { LSTM: [0, 3, 1, 2], GRU: [0, 1, 2] } as const;

/**
 * The loop as ONNX's LSTM or GRU, where it is one of Keras's and does nothing else: a cell in each round, on the rows of
 * a sequence from the first on. `undefined` for all other loops.
 */
export function fused(operation: Operation, plan: Plan, round: Round): readonly Value[] | undefined {
  const { node, inputs, emitter } = operation;
  const pattern = patternOf(round, inputs, emitter);
  const counters = countersOf(pattern, plan, round, inputs);
  const limits = limitsOf(pattern, round, counters, round.goesOn.name);
  const cell = firstOf(round.results, ({ name }) => cellOf(pattern, name));
  if (limits === undefined || cell === undefined) return undefined;
  const states = cell.before.map((name, at) =>
    round.given.findIndex(
      (given, index) => given.name === name && round.results[index]?.name === cell.after[at],
    ),
  );
  const timed = counters.some((index) => round.given[index]?.name === cell.time);
  if (!timed || states.includes(-1)) return undefined;
  const roles = inputs.map((_, index) => roleOf(pattern, plan, round, cell, counters, states, index, inputs));
  if (!roles.every((role) => role !== undefined)) return undefined;
  const place = { scope: node.name, emitter };
  const count = countOf(place, limits);
  const [all, ...ends] = networkOf(
    place,
    cell,
    states.map((index) => inputs[index] as Value),
    count,
  );
  const axis = (value: Value, at: number, shape: Value['shape'], name?: string): Value =>
    emitter.emit(
      node.name,
      'Squeeze',
      [value, emitter.integers(node.name, [at])],
      { dtype: value.dtype, shape },
      {},
      name,
    );
  const batch = all.shape?.[2] ?? null;
  return inputs.map((input, index): Value => {
    switch (roles[index]) {
      case 'state':
        return axis(ends[states.indexOf(index)] as Value, 0, [batch, cell.units], `${node.name}:${index}`);
      case 'all':
        return filled(
          place,
          input,
          axis(all, 1, [null, batch, cell.units]),
          plan.scans.get(index)?.grows ?? false,
        );
      case 'last':
        return { ...(ends[0] as Value), list: { kind: 'whole' } };
      case 'counter':
        return counted(place, count, input);
      default:
        return input;
    }
  });
}

/** Variables that count the rounds from 0. */
function countersOf(
  pattern: Pattern,
  plan: Plan,
  { given, results }: Round,
  inputs: readonly Value[],
): readonly number[] {
  return results.flatMap((result, index) => {
    const counts = pattern
      .either(result.name, 'Add')
      .some(([a, b]) => a === given[index]?.name && pattern.integers(b)?.join() === '1');
    return counts && inputs[index]?.known?.[0] === 0 && !plan.scans.has(index) ? [index] : [];
  });
}

/** What the counters have to stay below, and nothing else, for the loop to go on. */
function limitsOf(
  pattern: Pattern,
  round: Round,
  counters: readonly number[],
  condition: string,
): readonly Value[] | undefined {
  const both = pattern.inputs(condition, 'And');
  if (both !== undefined) {
    const limits = both.map(
      (each) => pattern.inputs(each, 'Less') && limitsOf(pattern, round, counters, each),
    );
    return limits.every((each) => each !== undefined) ? limits.flat() : undefined;
  }
  const [counter, limit] = pattern.inputs(condition, 'Less') ?? [];
  const at = counters.find((index) => round.results[index]?.name === counter);
  const value = limit === undefined || at === undefined ? undefined : pattern.outer(limit);
  return value && [{ ...value, dtype: round.results[at as number]?.dtype ?? '' }];
}

function roleOf(
  pattern: Pattern,
  plan: Plan,
  round: Round,
  cell: Cell,
  counters: readonly number[],
  states: readonly number[],
  index: number,
  inputs: readonly Value[],
): Role | undefined {
  if (plan.unchanged.has(index)) return 'same';
  if (counters.includes(index)) return 'counter';
  if (states.includes(index)) return 'state';
  const result = round.results[index]?.name ?? '';
  if (plan.scans.has(index)) return result === cell.after[0] ? 'all' : undefined;
  const list = inputs[index]?.list;
  const [, where = '', row = ''] = pattern.inputs(result, 'ScatterND') ?? [];
  const only = list?.kind === 'empty' && list.count.known?.[0] === 1 && isZero(pattern.outer(where));
  return only && pattern.inputs(row, 'Unsqueeze')?.[0] === cell.after[0] ? 'last' : undefined;
}

function isZero(value: Value | undefined): boolean {
  const { constant } = value ?? {};
  return constant instanceof Uint8Array && constant.every((byte) => byte === 0);
}

/** The number of rounds, in one dimension. */
function countOf(place: Place, limits: readonly Value[]): Value {
  const { scope, emitter } = place;
  const rows = limits.map((limit) => rowOf(place, limit));
  const known = rows.every((row) => row.known?.[0] != null)
    ? [Math.max(0, Math.min(...rows.map((row) => row.known?.[0] as number)))]
    : undefined;
  const result = { dtype: 'int64', shape: [1], known };
  if (known !== undefined) return emitter.integers(scope, known);
  const least = emitter.emit(scope, 'Min', rows, result);
  return emitter.emit(scope, 'Max', [least, emitter.integers(scope, [0])], result);
}

/** All outputs, [rounds, 1, batch, units], and the states behind the last round, [1, batch, units]. */
function networkOf(
  place: Place,
  cell: Cell,
  initial: readonly Value[],
  count: Value,
): readonly [Value, ...Value[]] {
  const { scope, emitter } = place;
  const { op, units } = cell;
  const batch = cell.sequence.shape?.[1] ?? null;
  const ends = initial.map((state) => stacked(place, state));
  const inputs = [
    firstRows(place, cell.sequence, count),
    weightsOf(place, cell.kernel, cell),
    weightsOf(place, cell.recurrent, cell),
    biasesOf(place, cell),
    { name: '', dtype: 'int32', shape: null },
    ...ends,
  ];
  const dtype = 'float32';
  const results = [
    { dtype, shape: [count.known?.[0] ?? null, 1, batch, units] },
    ...ends.map(() => ({ dtype, shape: [1, batch, units] })),
  ];
  const attributes = { hidden_size: units, ...(op === 'GRU' && { linear_before_reset: 1 }) };
  return emitter.emitAll(scope, op, inputs, results, attributes) as [Value, ...Value[]];
}

/** The rows of the sequence that the loop takes. */
function firstRows({ scope, emitter }: Place, sequence: Value, count: Value): Value {
  const rows = count.known?.[0];
  if (rows !== undefined && rows !== null && sequence.shape?.[0] === rows) return sequence;
  const zero = emitter.integers(scope, [0]);
  const shape = sequence.shape && [rows ?? null, ...sequence.shape.slice(1)];
  return emitter.emit(scope, 'Slice', [sequence, zero, count, zero], { dtype: sequence.dtype, shape });
}

/** [inputs, gates * units] as ONNX has them: [1, gates * units, inputs]. */
function weightsOf(place: Place, weights: Value, cell: Cell): Value {
  const { scope, emitter } = place;
  const ordered = inOrder(place, weights, cell, 1);
  const shape = [ordered.shape?.[1] ?? null, ordered.shape?.[0] ?? null];
  const turned = emitter.emit(
    scope,
    'Transpose',
    [ordered],
    { dtype: weights.dtype, shape },
    { perm: [1, 0] },
  );
  return stacked(place, turned);
}

/** Both biases as ONNX has them: [1, 2 * gates * units]. */
function biasesOf(place: Place, cell: Cell): Value {
  const { scope, emitter } = place;
  const size = GATES[cell.op].length * cell.units;
  const none = (): Value => ({
    name: emitter.fresh(scope),
    dtype: 'float32',
    shape: [size],
    constant: new Uint8Array(size * 4),
  });
  const both = [cell.bias, cell.recurrentBias].map((bias) =>
    bias === undefined ? none() : inOrder(place, bias, cell, 0),
  );
  return stacked(
    place,
    emitter.emit(scope, 'Concat', both, { dtype: 'float32', shape: [2 * size] }, { axis: 0 }),
  );
}

/** With the gates on an axis in ONNX's order. */
function inOrder({ scope, emitter }: Place, value: Value, { op, units }: Cell, axis: number): Value {
  const order: readonly number[] = GATES[op];
  if (order.every((gate, at) => gate === at)) return value;
  const shape = (value.shape ?? []).with(axis, units);
  const parts = order.map((gate) => {
    const range = [gate * units, (gate + 1) * units, axis].map((each) => emitter.integers(scope, [each]));
    return emitter.emit(scope, 'Slice', [value, ...range], { dtype: value.dtype, shape });
  });
  return emitter.emit(scope, 'Concat', parts, { dtype: value.dtype, shape: value.shape }, { axis });
}

function stacked({ scope, emitter }: Place, value: Value): Value {
  const shape = value.shape && [1, ...value.shape];
  return emitter.emit(scope, 'Unsqueeze', [value, emitter.integers(scope, [0])], {
    dtype: value.dtype,
    shape,
  });
}

/** What a counter is behind the last round. */
function counted(place: Place, count: Value, { dtype, known, shape }: Value): Value {
  const { scope, emitter } = place;
  const whole = emitter.emit(scope, 'Squeeze', [count], {
    dtype: 'int64',
    shape,
    known: known && count.known,
  });
  return dtype === 'int64'
    ? inInt64(place, whole)
    : emitter.emit(scope, 'Cast', [whole], { dtype, shape }, { to: INT32 });
}

/** The number of int32 in ONNX. */
const INT32 = 6;
