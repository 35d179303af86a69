import { cast, finish, input, type Mapper, rankOf, shapeFrom, step, typeAttribute } from '../operation.ts';

const broadcastTo: Mapper = (operation) => {
  const [x, sizes] = [input(operation, 0), input(operation, 1)];
  const result = { dtype: x.dtype, shape: shapeFrom(sizes) };
  return finish(operation, 'Expand', [x, cast(operation, sizes, 'int64')], result);
};

const rank: Mapper = (operation) => {
  const { node, emitter } = operation;
  return [emitter.integers(node.name, [rankOf(input(operation, 0))], [], 'int32')];
};

const size: Mapper = (operation) => {
  const x = input(operation, 0);
  const dtype = typeAttribute(operation, 'out_type', 'int32');
  const known = x.shape?.every((each) => each !== null)
    ? [(x.shape as readonly number[]).reduce((all, each) => all * each, 1)]
    : undefined;
  const count = step(operation, 'Size', [x], { dtype: 'int64', shape: [], known });
  return finish(operation, 'Identity', [cast(operation, count, dtype)], { dtype, shape: [], known });
};

/** What says which shape a tensor has, where the graph did not know. */
const ensured: Mapper = (operation) => {
  const x = input(operation, 0);
  const said = operation.node.attr['shape']?.value;
  if (said?.case !== 'shape' || said.value.unknownRank) return [x];
  const shape = said.value.dim.map(({ size: each }, axis) =>
    each < 0n ? (x.shape?.[axis] ?? null) : Number(each),
  );
  return finish(operation, 'Identity', [x], { dtype: x.dtype, shape, known: x.known });
};

/** Ops of shapes besides those of `shapes.ts`. */
export const FORMS: Readonly<Record<string, Mapper>> = {
  BroadcastTo: broadcastTo,
  EnsureShape: ensured,
  Rank: rank,
  Size: size,
};
