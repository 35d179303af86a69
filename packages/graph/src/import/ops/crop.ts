import {
  cast,
  finish,
  fixed,
  floatAttribute,
  input,
  integers,
  type Mapper,
  type Operation,
  step,
  textAttribute,
} from '../operation.ts';
import { NotConverted } from '../refuse.ts';
import type { Dims, Value } from '../value.ts';
import { combined, type Size, sizeOf, sizeTensor } from './sizes.ts';

/** Where each row (or column) of the crops lies in the image: boxes by rows. */
interface Places {
  readonly low: Value;
  readonly high: Value;
  /** How far it is from the lower to the higher one. */
  readonly rest: Value;
  readonly isInside: Value;
}

/** A size is a few bytes, and would ask for any memory. */
const MOST_PLACES = 65_536;

/** Boxes cut out of images, all in one size. */
const cropAndResize: Mapper = (operation) => {
  const image = cast(operation, input(operation, 0), 'float32');
  const [height = 0, width = 0] = fixed(operation, 3, 'size');
  if (image.shape?.length !== 4)
    throw new NotConverted('It takes no images of four known dimensions.', 'Give the placeholders a shape.');
  if (height > MOST_PLACES || width > MOST_PLACES)
    throw new NotConverted(`Its crops have ${height} rows and ${width} columns.`, 'Make smaller crops.');
  const method = textAttribute(operation, 'method', 'bilinear');
  const rows = placesOf(operation, sizeOf(operation, image, 1), height, 0);
  const columns = placesOf(operation, sizeOf(operation, image, 2), width, 1);
  const channels = image.shape[3] ?? null;
  const shape = [null, height, width, channels];
  const value =
    method === 'nearest'
      ? pixels(operation, image, nearest(operation, rows), nearest(operation, columns), shape)
      : mixed(operation, image, rows, columns, shape);
  const truth = { dtype: 'bool', shape: [null, height, width, 1] };
  const inside = step(
    operation,
    'And',
    [across(operation, rows.isInside), down(operation, columns.isInside)],
    {
      dtype: 'bool',
      shape: [null, height, width],
    },
  );
  const each = step(operation, 'Unsqueeze', [inside, integers(operation, [3])], truth);
  const outside = number(operation, floatAttribute(operation, 'extrapolation_value', 0));
  return finish(operation, 'Where', [each, value, outside], { dtype: 'float32', shape });
};

/** In TensorFlow's order of single precision. `corner` is 0 for rows and 1 for columns. */
function placesOf(operation: Operation, size: Size, count: number, corner: number): Places {
  const dims: Dims = [null, count];
  const float = { dtype: 'float32', shape: dims };
  const corners = [corner, corner + 2].map((index) =>
    step(
      operation,
      'Gather',
      [input(operation, 1), integers(operation, [index])],
      { dtype: 'float32', shape: [null, 1] },
      { axis: 1 },
    ),
  ) as [Value, Value];
  const [from, to] = corners;
  const last = sizeTensor(operation, combined(operation, 'Sub', size, 1));
  const end = cast(operation, last, 'float32');
  const column = { dtype: 'float32', shape: [null, 1] };
  const at = (): Value => {
    if (count < 2) {
      const both = step(operation, 'Add', [from, to], column);
      return step(
        operation,
        'Mul',
        [step(operation, 'Mul', [both, number(operation, 0.5)], column), end],
        float,
      );
    }
    const length = step(operation, 'Mul', [step(operation, 'Sub', [to, from], column), end], column);
    const stride = step(operation, 'Div', [length, number(operation, count - 1)], column);
    const steps = cast(
      operation,
      integers(
        operation,
        Array.from({ length: count }, (_, index) => index),
      ),
      'float32',
    );
    const start = step(operation, 'Mul', [from, end], column);
    return step(operation, 'Add', [start, step(operation, 'Mul', [steps, stride], float)], float);
  };
  const place = at();
  const truth = { dtype: 'bool', shape: dims };
  const isAfter = step(operation, 'GreaterOrEqual', [place, number(operation, 0)], truth);
  const isBefore = step(operation, 'LessOrEqual', [place, end], truth);
  const isInside = step(operation, 'And', [isAfter, isBefore], truth);
  const kept = step(operation, 'Where', [isInside, place, number(operation, 0)], float);
  const low = step(operation, 'Floor', [kept], float);
  return {
    low,
    high: step(operation, 'Ceil', [kept], float),
    rest: step(operation, 'Sub', [kept, low], float),
    isInside,
  };
}

/** Halves away from 0, as C rounds. */
function nearest(operation: Operation, { low, rest }: Places): Value {
  const isUp = step(operation, 'GreaterOrEqual', [rest, number(operation, 0.5)], {
    dtype: 'bool',
    shape: rest.shape,
  });
  return step(operation, 'Add', [low, cast(operation, isUp, 'float32')], low);
}

function mixed(operation: Operation, image: Value, rows: Places, columns: Places, shape: Dims): Value {
  const float = { dtype: 'float32', shape };
  const weight = (rest: Value): Value =>
    step(operation, 'Unsqueeze', [rest, integers(operation, [3])], { dtype: 'float32', shape: null });
  const between = (a: Value, b: Value, rest: Value): Value => {
    const share = step(operation, 'Mul', [step(operation, 'Sub', [b, a], float), rest], float);
    return step(operation, 'Add', [a, share], float);
  };
  const [right, below] = [weight(down(operation, columns.rest)), weight(across(operation, rows.rest))];
  const line = (row: Value): Value =>
    between(
      pixels(operation, image, row, columns.low, shape),
      pixels(operation, image, row, columns.high, shape),
      right,
    );
  return between(line(rows.low), line(rows.high), below);
}

/** The pixels at rows and columns of each box's image. */
function pixels(operation: Operation, image: Value, rows: Value, columns: Value, shape: Dims): Value {
  const whole = { dtype: 'int64', shape: (shape ?? []).slice(0, 3) };
  const index = step(
    operation,
    'Unsqueeze',
    [cast(operation, input(operation, 2), 'int64'), integers(operation, [1, 2])],
    {
      dtype: 'int64',
      shape: [null, 1, 1],
    },
  );
  const indices = [
    index,
    across(operation, cast(operation, rows, 'int64')),
    down(operation, cast(operation, columns, 'int64')),
  ];
  // Each is brought to boxes, rows, columns by adding what is 0 everywhere.
  const nothing = indices
    .map((each) => step(operation, 'Sub', [each, each], each))
    .reduce((a, b) => step(operation, 'Add', [a, b], whole));
  const full = indices.map((each) =>
    step(operation, 'Unsqueeze', [step(operation, 'Add', [each, nothing], whole), integers(operation, [3])], {
      dtype: 'int64',
      shape: [...whole.shape, 1],
    }),
  );
  const places = step(operation, 'Concat', full, { dtype: 'int64', shape: [...whole.shape, 3] }, { axis: 3 });
  return step(operation, 'GatherND', [image, places], { dtype: 'float32', shape });
}

/** Boxes by rows, beside columns. */
function across(operation: Operation, rows: Value): Value {
  return step(operation, 'Unsqueeze', [rows, integers(operation, [2])], {
    dtype: rows.dtype,
    shape: [...(rows.shape ?? []), 1],
  });
}

/** Boxes by columns, beside rows. */
function down(operation: Operation, columns: Value): Value {
  const [boxes = null, count = null] = columns.shape ?? [];
  return step(operation, 'Unsqueeze', [columns, integers(operation, [1])], {
    dtype: columns.dtype,
    shape: [boxes, 1, count],
  });
}

function number({ node, emitter }: Operation, value: number): Value {
  return emitter.number(node.name, value, 'float32');
}

/** Ops that cut images. */
export const CROP: Readonly<Record<string, Mapper>> = { CropAndResize: cropAndResize };
