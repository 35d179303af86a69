import {
  boolAttribute,
  cast,
  finish,
  input,
  integers,
  type Mapper,
  type Operation,
  step,
} from '../operation.ts';
import { NotConverted } from '../refuse.ts';
import type { Value } from '../value.ts';
import { transposed } from './channels.ts';
import {
  combined,
  counted,
  dimsOf,
  elementsOf,
  type Size,
  sizeOf,
  sizesTensor,
  sizeTensor,
} from './sizes.ts';

/** Of larger images the places are computed when the model runs: a size is a few bytes, and would ask for any memory. */
const MOST_PLACES = 65_536;

/** Where TensorFlow looks for a row or column of the new image in the old one. */
type Corners = 'align_corners' | 'half_pixel' | 'asymmetric';

const bilinear: Mapper = (operation) => {
  const image = cast(operation, imageOf(operation), 'float32');
  const x = transposed(operation, image, [0, 3, 1, 2]);
  // With the attribute `axes`, ONNX Runtime 1.30 fails as soon as it moves a transposition across.
  const [batch, channels] = [sizeOf(operation, x, 0), sizeOf(operation, x, 1)];
  const sizes = [batch, channels, ...elementsOf(operation, 1, 2)];
  const shape = dimsOf(sizes);
  const attributes = { mode: 'linear', coordinate_transformation_mode: cornersOf(operation) };
  const inputs = [x, ABSENT, ABSENT, sizesTensor(operation, sizes)];
  const resized = step(operation, 'Resize', inputs, { dtype: 'float32', shape }, attributes);
  const perm = [0, 2, 3, 1];
  const result = { dtype: 'float32', shape: perm.map((axis) => shape[axis] ?? null) };
  return finish(operation, 'Transpose', [resized], result, { perm });
};

const ABSENT: Value = { name: '', dtype: 'float32', shape: null };

/**
 * Rows and columns by their numbers, because Resize rounds other quotients than TensorFlow's: at odd ratios it takes
 * the neighbour.
 */
const nearest: Mapper = (operation) => {
  const image = imageOf(operation);
  const corners = cornersOf(operation);
  const [height = 0, width = 0] = elementsOf(operation, 1, 2);
  const shape = (image.shape ?? []).with(1, dimsOf([height])[0] ?? null);
  const take = (size: Size, axis: number): Value =>
    nearestPlaces(operation, sizeOf(operation, image, axis), size, corners);
  const rows = step(
    operation,
    'Gather',
    [image, take(height, 1)],
    { dtype: image.dtype, shape },
    { axis: 1 },
  );
  const result = { dtype: image.dtype, shape: shape.with(2, dimsOf([width])[0] ?? null) };
  return finish(operation, 'Gather', [rows, take(width, 2)], result, { axis: 2 });
};

function imageOf(operation: Operation): Value {
  const image = input(operation, 0);
  if (image.shape?.length === 4) return image;
  throw new NotConverted('It takes no images of four known dimensions.', 'Give the placeholders a shape.');
}

function cornersOf(operation: Operation): Corners {
  const [align, half] = ['align_corners', 'half_pixel_centers'].map((name) =>
    boolAttribute(operation, name, false),
  );
  if (!(align && half)) return align ? 'align_corners' : half ? 'half_pixel' : 'asymmetric';
  throw new NotConverted('It has align_corners and half_pixel_centers.', 'Choose one of them.');
}

/** Which rows (or columns) of the old image are those of the new one, in TensorFlow's single precision. */
function nearestPlaces(operation: Operation, from: Size, to: Size, corners: Corners): Value {
  if (typeof from === 'number' && typeof to === 'number' && to <= MOST_PLACES)
    return integers(
      operation,
      Array.from({ length: to }, (_, at) => nearestPlace(at, from, to, corners)),
    );
  const float = { dtype: 'float32', shape: [null] };
  const number = (value: number): Value => operation.emitter.number(operation.node.name, value, 'float32');
  const floats = (size: Size): Value => cast(operation, sizeTensor(operation, size), 'float32');
  const isAligned = corners === 'align_corners';
  const less = (size: Size): Size => (isAligned ? combined(operation, 'Sub', size, 1) : size);
  const scale = step(
    operation,
    'Div',
    [floats(less(from)), floats(combined(operation, 'Max', less(to), 1))],
    float,
  );
  const centre = number(corners === 'half_pixel' ? 0.5 : 0);
  const centres = step(operation, 'Add', [cast(operation, counted(operation, to), 'float32'), centre], float);
  const places = step(operation, 'Mul', [centres, scale], float);
  const down = step(operation, 'Floor', [places], float);
  const rest = step(operation, 'Sub', [places, down], float);
  const isUp = step(operation, 'GreaterOrEqual', [rest, number(0.5)], { dtype: 'bool', shape: [null] });
  const rounded = isAligned ? step(operation, 'Add', [down, cast(operation, isUp, 'float32')], float) : down;
  const last = sizeTensor(operation, combined(operation, 'Sub', from, 1));
  return step(operation, 'Min', [cast(operation, rounded, 'int64'), last], { dtype: 'int64', shape: [null] });
}

function nearestPlace(at: number, from: number, to: number, corners: Corners): number {
  const isAligned = corners === 'align_corners';
  const scale = isAligned && to > 1 ? Math.fround((from - 1) / (to - 1)) : Math.fround(from / to);
  const place = Math.fround((corners === 'half_pixel' ? at + 0.5 : at) * scale);
  return Math.min(isAligned ? Math.floor(place + 0.5) : Math.floor(place), from - 1);
}

/** Ops that give images another size. */
export const RESIZE: Readonly<Record<string, Mapper>> = {
  ResizeBilinear: bilinear,
  ResizeNearestNeighbor: nearest,
};
