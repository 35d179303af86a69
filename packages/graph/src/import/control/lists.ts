import {
  boolAttribute,
  cast,
  finish,
  input,
  intAttribute,
  integers,
  type Mapper,
  type Operation,
  step,
  typeAttribute,
} from '../operation.ts';
import { NotConverted } from '../refuse.ts';
import type { Dims, Value } from '../value.ts';
import {
  elementOf,
  GIVE_SHAPE,
  grown,
  inInt64,
  type List,
  met,
  type Place,
  rowOf,
  sizesOf,
  together,
  zeros,
} from './list.ts';

/** Which input of an op is which; TensorArrays have their elements where their flow is. */
interface Roles {
  readonly list: number;
  readonly index?: number;
  readonly item?: number;
  readonly element?: number;
}

const reserve: Mapper = (operation) => {
  const dtype = typeAttribute(operation, 'element_dtype', 'float32');
  return [emptyList(operation, dtype, input(operation, 1), elementShape(operation, 0))];
};

const emptyTensorList: Mapper = (operation) => {
  const dtype = typeAttribute(operation, 'element_dtype', 'float32');
  const none = operation.emitter.integers(operation.node.name, [0], [], 'int32');
  return [emptyList(operation, dtype, none, elementShape(operation, 0))];
};

/** Its flow says what is written, the other output only which one it is. */
const tensorArray: Mapper = (operation) => {
  const dtype = typeAttribute(operation, 'dtype', 'float32');
  const shape = operation.node.attr['element_shape']?.value;
  const element =
    shape?.case !== 'shape' || shape.value.unknownRank
      ? null
      : shape.value.dim.map(({ size }) => (size < 0n ? null : Number(size)));
  const grows = boolAttribute(operation, 'dynamic_size', false);
  const list = emptyList(operation, dtype, input(operation, 0), element, grows);
  return [list, list];
};

function emptyList(
  { node, emitter }: Operation,
  dtype: string,
  count: Value,
  element: Dims,
  grows = false,
): Value {
  const list: List = { kind: 'empty', count, element, grows };
  return { name: emitter.fresh(node.name), dtype, shape: null, list };
}

const fromTensor: Mapper = (operation) => {
  const { known: _, ...tensor } = input(operation, 0);
  const shape = tensor.shape && [
    tensor.shape[0] ?? null,
    ...(met(tensor.shape.slice(1), elementShape(operation, 1)) ?? []),
  ];
  return [{ ...tensor, shape, list: { kind: 'whole' } }];
};

function getItem({ list: at, index = 1, element }: Roles): Mapper {
  return (operation) => {
    const list = whole(operation, at);
    const known = element === undefined ? null : elementShape(operation, element);
    const shape = met(elementOf(list), known);
    const inputs = [list, inInt64(placeOf(operation), input(operation, index))];
    return finish(operation, 'Gather', inputs, { dtype: list.dtype, shape }, { axis: 0 });
  };
}

function setItem({ list: at, index = 1, item = 2 }: Roles): Mapper {
  return (operation) => {
    const place = placeOf(operation);
    const [given, value] = [listAt(operation, at), input(operation, item)];
    const grows = given.list?.kind === 'empty' && given.list.grows;
    if (grows || boolAttribute(operation, 'resize_if_index_out_of_bounds', false))
      throw new NotConverted(
        'It makes the list longer, and not one by one from its beginning.',
        'Make the TensorArray with its size, and with dynamic_size=False.',
      );
    const list = roomFor(operation, given, value);
    const where = step(
      operation,
      'Reshape',
      [inInt64(place, input(operation, index)), integers(operation, [1, 1])],
      {
        dtype: 'int64',
        shape: [1, 1],
      },
    );
    const row = rowWith(operation, value);
    const shape = value.shape && [list.shape?.[0] ?? null, ...value.shape];
    return [asList(step(operation, 'ScatterND', [list, where, row], { dtype: list.dtype, shape }))];
  };
}

const pushBack: Mapper = (operation) => {
  const [given, value] = [listAt(operation, 0), input(operation, 1)];
  const row = rowWith(operation, value);
  if (given.list?.kind === 'empty' && given.list.count.known?.[0] === 0) return [asList(row)];
  const list = roomFor(operation, given, value);
  const size = list.shape?.[0] ?? null;
  const shape = value.shape && [size === null ? null : size + 1, ...value.shape];
  return [asList(step(operation, 'Concat', [list, row], { dtype: list.dtype, shape }, { axis: 0 }))];
};

const popBack: Mapper = (operation) => {
  const list = whole(operation, 0);
  const element = met(elementOf(list), elementShape(operation, 1));
  const size = list.shape?.[0] ?? null;
  const ranges = [[0], [-1], [0]].map((range) => integers(operation, range));
  const shape = element && [size === null ? null : size - 1, ...element];
  const rest = step(operation, 'Slice', [list, ...ranges], { dtype: list.dtype, shape });
  const last = operation.emitter.integers(operation.node.name, [-1], []);
  const item = step(operation, 'Gather', [list, last], { dtype: list.dtype, shape: element }, { axis: 0 });
  return [asList(rest), item];
};

const stack: Mapper = (operation) => {
  const given = listAt(operation, 0);
  const element = elementShape(operation, 1);
  const list = given.list?.kind === 'empty' ? allZeros(operation, given, element) : given;
  const count = intAttribute(operation, 'num_elements', -1);
  const known = met(elementOf(list), element);
  const shape = known && [list.shape?.[0] ?? (count < 0 ? null : count), ...known];
  return finish(operation, 'Identity', [list], { dtype: list.dtype, shape });
};

/** The elements that the indices name, one behind the other. */
function gather(roles: Roles): Mapper {
  return (operation) => {
    const list = whole(operation, roles.list);
    const indices = input(operation, 1);
    const element = met(
      elementOf(list),
      roles.element === undefined ? null : elementShape(operation, roles.element),
    );
    const shape = element && [indices.shape?.[0] ?? null, ...element];
    return finish(operation, 'Gather', [list, indices], { dtype: list.dtype, shape }, { axis: 0 });
  };
}

/** Writes one row of a tensor to each of the elements that the indices name. */
const scatter: Mapper = (operation) => {
  const place = placeOf(operation);
  const [indices, value, given] = [input(operation, 1), input(operation, 2), listAt(operation, 3)];
  const element = value.shape?.slice(1) ?? null;
  const count = given.list?.kind === 'empty' ? given.list.count.known?.[0] : given.shape?.[0];
  const shape = element && [count ?? null, ...element];
  if (given.list?.kind !== 'empty')
    throw new NotConverted('It writes to a TensorArray that was written.', 'Unstack into a new TensorArray.');
  const sizes = together(place, [rowOf(place, given.list.count), sizesOf(place, value, 1)]);
  const empty = zeros(place, value.dtype, sizes, shape);
  const column = [inInt64(place, indices), integers(operation, [-1, 1])];
  const where = step(operation, 'Reshape', column, {
    dtype: 'int64',
    shape: [indices.shape?.[0] ?? null, 1],
  });
  return [asList(step(operation, 'ScatterND', [empty, where, value], { dtype: value.dtype, shape }))];
};

function length(at: number): Mapper {
  return (operation) => {
    const list = listAt(operation, at);
    if (list.list?.kind === 'empty') return [cast(operation, list.list.count, 'int32')];
    const rows = sizesOf(placeOf(operation), list, 0, 1);
    const known = list.shape?.[0] == null ? undefined : [list.shape[0]];
    const first = step(operation, 'Squeeze', [rows, integers(operation, [0])], {
      dtype: 'int64',
      shape: [],
      known,
    });
    return [cast(operation, first, 'int32')];
  };
}

function placeOf({ node, emitter }: Operation): Place {
  return { scope: node.name, emitter };
}

function listAt(operation: Operation, index: number): Value {
  const value = input(operation, index);
  if (value.list !== undefined) return value;
  throw new NotConverted(
    'What its list is cannot be told.',
    'Make the list and use it in one graph, with TensorArray or tf.while_loop.',
  );
}

/** A list that something was written to. */
function whole(operation: Operation, index: number): Value {
  const list = listAt(operation, index);
  return list.list?.kind === 'empty' ? allZeros(operation, list, null) : list;
}

/** An empty list as the tensor that TensorFlow makes of it, which is only where all sizes are known. */
function allZeros(operation: Operation, list: Value, element: Dims): Value {
  const known = met(elementOf(list), element);
  if (known?.every((size) => size !== null)) return grown(placeOf(operation), list, known);
  throw new NotConverted('It reads a list that nothing was written to.', GIVE_SHAPE);
}

/** The list as a tensor whose elements have the size of one. */
function roomFor(operation: Operation, list: Value, item: Value): Value {
  const place = placeOf(operation);
  if (list.list?.kind === 'whole') return list;
  const ready = grown(place, list, item.shape?.map(() => null) ?? null);
  const element = elementOf(ready);
  if (element?.every((size) => size !== null)) return ready;
  const sizes = together(place, [sizesOf(place, ready, 0, 1), sizesOf(place, item)]);
  const shape = item.shape && [ready.shape?.[0] ?? null, ...item.shape];
  return step(operation, 'Expand', [ready, sizes], { dtype: list.dtype, shape });
}

function rowWith(operation: Operation, item: Value): Value {
  const shape = item.shape && [1, ...item.shape];
  return step(operation, 'Unsqueeze', [item, integers(operation, [0])], { dtype: item.dtype, shape });
}

function asList(value: Value): Value {
  const { known: _, ...tensor } = value;
  return { ...tensor, list: { kind: 'whole' } };
}

/** A shape that an input says, -1 for sizes that it does not say, or for all of them. */
function elementShape(operation: Operation, index: number): Dims {
  const { known, shape } = input(operation, index);
  if (known === undefined || shape?.length === 0) return null;
  return known.map((size) => (size === null || size < 0 ? null : size));
}

/** Lists of tensors. */
export const LISTS: Readonly<Record<string, Mapper>> = {
  TensorListReserve: reserve,
  EmptyTensorList: emptyTensorList,
  TensorListFromTensor: fromTensor,
  TensorListGetItem: getItem({ list: 0, index: 1, element: 2 }),
  TensorListSetItem: setItem({ list: 0, index: 1, item: 2 }),
  TensorListPushBack: pushBack,
  TensorListPopBack: popBack,
  TensorListStack: stack,
  TensorListGather: gather({ list: 0, element: 2 }),
  TensorListLength: length(0),
  TensorArrayV3: tensorArray,
  TensorArrayReadV3: getItem({ list: 2, index: 1 }),
  TensorArrayWriteV3: setItem({ list: 3, index: 1, item: 2 }),
  TensorArrayGatherV3: gather({ list: 2 }),
  TensorArrayScatterV3: scatter,
  TensorArraySizeV3: length(1),
};
