import type { Mapper, Operation } from '../operation.ts';
import { NotConverted } from '../refuse.ts';
import type { Dims, Value } from '../value.ts';
import { bothOf } from './conditions.ts';
import { elementOf, filled, GIVE_SHAPE, grown, joined, met, type Place } from './list.ts';
import { nestedGraph } from './nested-graph.ts';
import { fused } from './recurrent.ts';
import { hoist, type Plan, type Round } from './round.ts';
import { scansIn, unchangedIn } from './scans.ts';
import type { Subgraph } from './subgraph.ts';

/** Each round, at least one size of one variable becomes unknown; most loops need one or two. */
const MAX_ATTEMPTS = 100;

/** ONNX's Loop is given whether it begins, and says behind each round whether it goes on. */
const loop: Mapper = (operation) => {
  const { node, inputs, emitter } = operation;
  const plan = planOf(operation);
  const [[begins], { round, initial }] = bothOf(
    () => operation.mapSubgraph(plan.condition, inputs, emitter.renaming()),
    () => settled(operation, plan),
  );
  hoist(round, emitter);
  const network = fused(operation, plan, round);
  if (network !== undefined) return network;
  const carried = inputs.flatMap((_, index) =>
    plan.unchanged.has(index) || plan.scans.has(index) || isEmpty(round, index) ? [] : [index],
  );
  const scanned = [...plan.scans.keys()];
  const place = { scope: node.name, emitter };
  const number = { name: emitter.fresh(node.name), dtype: 'int64', shape: [] };
  const again = { name: emitter.fresh(node.name), dtype: 'bool', shape: [] };
  const graph = nestedGraph(
    `${node.name}~body`,
    round.emitter,
    [number, again, ...carried.map((index) => round.given[index] as Value)],
    [round.goesOn, ...[...carried, ...scanned].map((index) => round.results[index] as Value)],
  );
  const results = [
    ...carried.map((index) => withoutName(round.given[index] as Value)),
    ...scanned.map((index) => collected(round.results[index] as Value)),
  ];
  const start = [{ ...again, name: '' }, truthOf(begins), ...carried.map((index) => initial[index] as Value)];
  const names = carried.map((index) => `${node.name}:${index}`);
  const outputs =
    results.length === 0
      ? []
      : emitter.emitAll(node.name, 'Loop', start, results, { body: { graph } }, names);
  const values = [...inputs];
  for (const [at, index] of carried.entries()) values[index] = outputs[at] as Value;
  for (const [at, index] of scanned.entries())
    values[index] = filled(
      place,
      inputs[index] as Value,
      outputs[carried.length + at] as Value,
      plan.scans.get(index)?.grows ?? false,
    );
  return values;
};

/** Whether the variable is a list that no round writes to: there is no tensor of it. */
function isEmpty({ given, results }: Round, index: number): boolean {
  const [before, after] = [given[index], results[index]];
  if (before?.list?.kind !== 'empty') return false;
  if (before.name === after?.name) return true;
  throw new NotConverted('It makes new lists in each round.', 'Make the list before the loop.');
}

function planOf(operation: Operation): Plan {
  const { inputs } = operation;
  const [body, condition] = ['body', 'cond'].map((name) => operation.subgraph(name, inputs.length)) as [
    Subgraph,
    Subgraph,
  ];
  if (body.results.length !== inputs.length || condition.results.length !== 1)
    throw new NotConverted('Its body does not give what it takes.', 'Save the model again with TensorFlow.');
  const unchanged = unchangedIn(body);
  const ones = new Set([...unchanged].filter((index) => inputs[index]?.known?.join() === '1'));
  const scans = new Map(
    [...scansIn(body, condition, ones)].flatMap(([index, scan]) => {
      const list = inputs[index]?.list;
      if (list?.kind !== 'empty' || unchanged.has(index)) return [];
      const first = scan.counter === null ? list.count.known?.[0] : inputs[scan.counter]?.known?.[0];
      return first === 0 ? [[index, { ...scan, grows: scan.grows || list.grows }] as const] : [];
    }),
  );
  const results = body.results.map((result, index) => scans.get(index)?.item ?? result);
  return { body: { ...body, results }, condition, unchanged, scans };
}

/** The round for shapes that hold before it and behind it, and the variables before the first round. */
function settled(
  operation: Operation,
  plan: Plan,
): { readonly round: Round; readonly initial: readonly Value[] } {
  let states = operation.inputs;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const round = roundOf(operation, plan, states);
    const wider = states.map((state, index) =>
      plan.unchanged.has(index) || plan.scans.has(index)
        ? state
        : widened(state, round.results[index] as Value),
    );
    if (wider.every((state, index) => state === states[index])) {
      const place = { scope: operation.node.name, emitter: operation.emitter };
      const initial = operation.inputs.map((value, index) => begun(place, value, states[index] as Value));
      return { round, initial };
    }
    states = wider;
  }
  throw new NotConverted('The shapes of its variables do not settle.', 'Give them fixed shapes.');
}

function roundOf(operation: Operation, plan: Plan, states: readonly Value[]): Round {
  const { node } = operation;
  const emitter = operation.emitter.nested();
  const carried = new Set<string>();
  const given = states.map((state, index) => {
    if (plan.unchanged.has(index) || plan.scans.has(index) || state.list?.kind === 'empty') return state;
    const { dtype, shape, list } = state;
    const name = emitter.fresh(node.name);
    carried.add(name);
    return { name, dtype, shape, ...(list && { list }) };
  });
  // All that is wrong in both is reported, also where one of them cannot be converted.
  const [results] = bothOf(
    () => operation.mapSubgraph(plan.body, given, emitter),
    () => operation.mapSubgraph(plan.condition, given, emitter.nested()),
  );
  const next = results.map((result, index) => (plan.scans.has(index) ? (given[index] as Value) : result));
  const [goesOn] = operation.mapSubgraph(plan.condition, next, emitter);
  return { emitter, given, results, goesOn: truthOf(goesOn), carried };
}

/** What holds before the round and behind it; the same value where nothing has to change. */
function widened(state: Value, result: Value): Value {
  if (state.dtype !== result.dtype)
    throw new NotConverted(
      `A variable of it is ${state.dtype}, and ${result.dtype} after a round.`,
      'Keep the type of each variable.',
    );
  if (state.list?.kind === 'empty') {
    if (result.list?.kind === 'empty') return state;
    const element = met(state.list.element, elementOf(result)?.map(() => null) ?? null);
    if (element === null)
      throw new NotConverted('How many dimensions the elements of its list have is not known.', GIVE_SHAPE);
    return { ...state, shape: [state.list.count.known?.[0] ?? null, ...element], list: { kind: 'grown' } };
  }
  const shape = joined(state.shape, result.shape);
  return same(shape, state.shape) ? state : { ...state, shape };
}

function same(a: Dims, b: Dims): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** A variable before the first round: an empty list becomes a tensor where the loop has one of it. */
function begun(place: Place, value: Value, state: Value): Value {
  return value.list?.kind === 'empty' && state.list?.kind === 'grown'
    ? grown(place, value, elementOf(state))
    : value;
}

function truthOf(value: Value | undefined): Value {
  if (value?.dtype === 'bool' && (value.shape === null || value.shape.length === 0)) return value;
  throw new NotConverted('Its condition is no single truth value.', 'Decide by a single truth value.');
}

function withoutName({ dtype, shape, list }: Value): Omit<Value, 'name'> {
  return { dtype, shape, ...(list && { list }) };
}

/** What ONNX makes of a tensor that each round gives. */
function collected({ dtype, shape }: Value): Omit<Value, 'name'> {
  return { dtype, shape: shape && [null, ...shape] };
}

/** Loops. */
export const LOOPS: Readonly<Record<string, Mapper>> = { While: loop, StatelessWhile: loop };
