import {
  boolAttribute,
  cast,
  finish,
  fixed,
  input,
  type Mapper,
  type Operation,
  step,
} from '../operation.ts';
import { NotConverted } from '../refuse.ts';
import type { Value } from '../value.ts';
import { transposed } from './channels.ts';

type Weights = (from: number, to: number, align: boolean, half: boolean) => Float32Array;

/**
 * Images by a matrix for their rows and one for their columns, which are the same for all images of one size: Resize
 * of ONNX has not the weights that TensorFlow takes.
 */
function byMatrix(weightsOf: Weights): Mapper {
  return (operation) => resized(operation, weightsOf);
}

function resized(operation: Operation, weightsOf: Weights): readonly Value[] {
  const image = cast(operation, input(operation, 0), 'float32');
  const [height = 0, width = 0] = fixed(operation, 1, 'size');
  const [batch = null, rows, columns, channels = null] = image.shape ?? [];
  if (rows == null || columns == null)
    throw new NotConverted(
      'The size of its images is not known.',
      'Give the placeholders a shape, or resize by bilinear.',
    );
  const [align, half] = ['align_corners', 'half_pixel_centers'].map((name) =>
    boolAttribute(operation, name, false),
  );
  if (align && half)
    throw new NotConverted('It has align_corners and half_pixel_centers.', 'Choose one of them.');
  if (rows * height > MOST_WEIGHTS || columns * width > MOST_WEIGHTS)
    throw new NotConverted(`It makes images of ${height} rows and ${width} columns.`, 'Resize by bilinear.');
  const weights = (from: number, to: number): Float32Array =>
    weightsOf(from, to, align === true, half === true);
  const x = transposed(operation, image, [0, 3, 1, 2]);
  const across = matrix(operation, 'columns', turned(weights(columns, width), columns), [columns, width]);
  const down = matrix(operation, 'rows', weights(rows, height), [height, rows]);
  const wide = step(operation, 'MatMul', [x, across], {
    dtype: 'float32',
    shape: [batch, channels, rows, width],
  });
  const result = { dtype: 'float32', shape: [batch, channels, height, width] };
  const made = step(operation, 'MatMul', [down, wide], result);
  const shape = [batch, height, width, channels];
  return finish(operation, 'Transpose', [made], { dtype: 'float32', shape }, { perm: [0, 2, 3, 1] });
}

const PLACES = 1024;

/** A size is a few bytes, and would ask for any memory. */
const MOST_WEIGHTS = 2 ** 24;

/**
 * How much of each old row (or column) is in each new one, `to` by `from`: a cubic through four of them, whose weights
 * TensorFlow takes from a table of 1,024 places between two.
 */
const cubicWeights: Weights = (from, to, align, half) => {
  const weights = new Float32Array(to * from);
  const scale = scaleOf(from, to, align);
  for (let at = 0; at < to; at += 1) {
    const place = half ? Math.fround(Math.fround((at + 0.5) * scale) - 0.5) : Math.fround(at * scale);
    const first = Math.floor(place) - 1;
    const shares = cubic(roundedToEven((place - first - 1) * PLACES), half ? -0.5 : -0.75);
    // With half pixels, what lies outside does not count; else it is the pixel at the edge.
    const counts = (index: number): boolean => !half || (index >= 0 && index < from);
    const sum = shares.reduce((all, share, index) => (counts(first + index) ? all + share : all), 0);
    for (const [index, share] of shares.entries()) {
      if (!counts(first + index)) continue;
      const old = at * from + Math.min(Math.max(first + index, 0), from - 1);
      weights[old] = (weights[old] ?? 0) + (half ? share / sum : share);
    }
  }
  return weights;
};

/** As `cubicWeights`: the mean of what the new row covers. */
const areaWeights: Weights = (from, to, align) => {
  const weights = new Float32Array(to * from);
  const scale = scaleOf(from, to, align);
  for (let at = 0; at < to; at += 1) {
    const [start, end] = [Math.fround(at * scale), Math.fround((at + 1) * scale)];
    for (let row = Math.floor(start); row < Math.ceil(end); row += 1) {
      const covered = Math.min(row + 1, end) - Math.max(row, start);
      const old = at * from + Math.min(row, from - 1);
      weights[old] = (weights[old] ?? 0) + covered / scale;
    }
  }
  return weights;
};

function scaleOf(from: number, to: number, align: boolean): number {
  return align && to > 1 ? Math.fround((from - 1) / (to - 1)) : Math.fround(from / to);
}

/** The weights of four pixels, of which the second lies `offset` places before. */
function cubic(offset: number, a: number): readonly number[] {
  const near = (x: number): number => Math.fround(((a + 2) * x - (a + 3)) * x * x + 1);
  const far = (x: number): number => Math.fround(((a * x - 5 * a) * x + 8 * a) * x - 4 * a);
  const [before, behind] = [offset / PLACES, (PLACES - offset) / PLACES];
  return [far(before + 1), near(before), near(behind), far(behind + 1)];
}

function roundedToEven(value: number): number {
  const down = Math.floor(value);
  const rest = value - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down;
}

function turned(matrix: Float32Array, columns: number): Float32Array {
  const rows = matrix.length / columns;
  return Float32Array.from(matrix, (_, at) => matrix[(at % rows) * columns + Math.floor(at / rows)] ?? 0);
}

function matrix({ node }: Operation, name: string, values: Float32Array, shape: readonly number[]): Value {
  const constant = new Uint8Array(values.buffer);
  return { name: `${node.name}~${name}`, dtype: 'float32', shape, constant };
}

/** Resizing as no Resize of ONNX does it. */
export const RESIZE_BY_MATRIX: Readonly<Record<string, Mapper>> = {
  ResizeBicubic: byMatrix(cubicWeights),
  ResizeArea: byMatrix(areaWeights),
};
