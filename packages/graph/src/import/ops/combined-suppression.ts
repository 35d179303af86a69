import {
  boolAttribute,
  cast,
  fixed,
  input,
  integers,
  type Mapper,
  type Operation,
  step,
} from '../operation.ts';
import { NotConverted } from '../refuse.ts';
import type { Value } from '../value.ts';
import { transposed } from './channels.ts';
import { combined, dimsOf, inShape, type Size, sizeOf, sizesTensor, sizeTensor } from './sizes.ts';

/** What the parts of one node share. */
interface Detections {
  readonly operation: Operation;
  readonly images: Size;
  /** Boxes for each image. */
  readonly boxes: Size;
  readonly classes: number;
  /** Whether each class has its own boxes. */
  readonly hasOwn: boolean;
}

/**
 * Of each image, the best boxes of all classes. ONNX lists what is left of each class: their scores are put among
 * others of minus infinity, of which the best are taken, class by class where they are the same.
 */
const combinedSuppression: Mapper = (operation) => {
  const found = detectionsOf(operation);
  const { images, boxes, classes } = found;
  const [most, perClass] = [
    fixed(operation, 3, 'number of boxes')[0] ?? 0,
    fixed(operation, 2, 'number for each class')[0] ?? 0,
  ];
  const isPadded = boolAttribute(operation, 'pad_per_class', false);
  const count = isPadded ? Math.min(most, perClass * classes) : most;
  const left = inShape(operation, scoresLeft(found, perClass), [
    images,
    combined(operation, 'Mul', boxes, classes),
  ]);
  const result = (dtype: string) => ({ dtype, shape: [...dimsOf([images]), count] });
  const lowest = operation.emitter.number(operation.node.name, -Infinity, 'float32');
  // There may be fewer boxes than are asked for.
  const columns = step(operation, 'Pad', [left, integers(operation, [0, 0, 0, count]), lowest], {
    dtype: 'float32',
    shape: [...dimsOf([images]), null],
  });
  const [scores, places] = operation.emitter.emitAll(
    operation.node.name,
    'TopK',
    [columns, integers(operation, [count])],
    [result('float32'), result('int64')],
    { axis: 1, largest: 1, sorted: 1 },
  ) as [Value, Value];
  const counts = step(operation, 'Greater', [scores, lowest], result('bool'));
  const zero = (dtype: string): Value => operation.emitter.number(operation.node.name, 0, dtype);
  const at = step(operation, 'Where', [counts, places, zero('int64')], result('int64'));
  // Without a box, nothing counts, and by 0 nothing may be divided.
  const divisor = sizeTensor(operation, combined(operation, 'Max', boxes, 1));
  const classAt = step(operation, 'Div', [at, divisor], result('int64'));
  const valid = step(
    operation,
    'ReduceSum',
    [cast(operation, counts, 'int32'), integers(operation, [1])],
    { dtype: 'int32', shape: dimsOf([images]) },
    { keepdims: 0 },
  );
  return [
    boxesAt(found, found.hasOwn ? at : step(operation, 'Mod', [at, divisor], result('int64')), counts),
    step(operation, 'Where', [counts, scores, zero('float32')], result('float32')),
    cast(operation, classAt, 'float32'),
    valid,
  ];
};

function detectionsOf(operation: Operation): Detections {
  const [boxes, scores] = [input(operation, 0), input(operation, 1)];
  const [own, classes] = [boxes.shape?.[2], scores.shape?.[2]];
  if (own == null || classes == null)
    throw new NotConverted('How many classes it has is not known.', 'Give boxes and scores a shape.');
  const [images, count] = [sizeOf(operation, boxes, 0), sizeOf(operation, boxes, 1)];
  return { operation, images, boxes: count, classes, hasOwn: own !== 1 };
}

/** The scores of the boxes that are left; of all others, minus infinity. Images, classes, boxes. */
function scoresLeft({ operation, images, boxes, classes, hasOwn }: Detections, perClass: number): Value {
  const [given, all] = [input(operation, 0), input(operation, 1)];
  const byClass = transposed(operation, all, [0, 2, 1]);
  const each = combined(operation, 'Mul', images, classes);
  const scores = hasOwn ? inShape(operation, byClass, [each, 1, boxes]) : byClass;
  const corners = hasOwn
    ? inShape(operation, transposed(operation, given, [0, 2, 1, 3]), [each, boxes, 4])
    : inShape(operation, given, [images, boxes, 4]);
  const inputs = [corners, scores, integers(operation, [perClass]), input(operation, 4), input(operation, 5)];
  const left = step(operation, 'NonMaxSuppression', inputs, { dtype: 'int64', shape: [null, 3] });
  const sizes = hasOwn ? [each, 1, boxes] : [images, classes, boxes];
  const lowest = operation.emitter.number(operation.node.name, -Infinity, 'float32');
  const result = { dtype: 'float32', shape: scores.shape };
  const none = step(operation, 'Expand', [lowest, sizesTensor(operation, sizes)], result);
  const kept = step(operation, 'GatherND', [scores, left], { dtype: 'float32', shape: [null] });
  return step(operation, 'ScatterND', [none, left, kept], result);
}

function boxesAt({ operation, images, boxes, classes, hasOwn }: Detections, at: Value, counts: Value): Value {
  const given = input(operation, 0);
  const rows = hasOwn
    ? inShape(operation, transposed(operation, given, [0, 2, 1, 3]), [
        images,
        combined(operation, 'Mul', boxes, classes),
        4,
      ])
    : inShape(operation, given, [images, boxes, 4]);
  const result = { dtype: 'float32', shape: [...(at.shape ?? []), 4] };
  const number = (value: number): Value => operation.emitter.number(operation.node.name, value, 'float32');
  // An image without boxes has a row all the same, which does not count.
  const some = step(operation, 'Pad', [rows, integers(operation, [0, 0, 0, 0, 1, 0])], {
    dtype: 'float32',
    shape: [null, null, 4],
  });
  const last = integers(operation, [2]);
  const one = (value: Value): Value =>
    step(operation, 'Unsqueeze', [value, last], { dtype: value.dtype, shape: [...(value.shape ?? []), 1] });
  const taken = step(operation, 'GatherND', [some, one(at)], result, { batch_dims: 1 });
  const clipped = boolAttribute(operation, 'clip_boxes', true)
    ? step(operation, 'Clip', [taken, number(0), number(1)], result)
    : taken;
  return step(operation, 'Where', [one(counts), clipped, number(0)], result);
}

/** The best boxes of all classes. */
export const COMBINED_SUPPRESSION: Readonly<Record<string, Mapper>> = {
  CombinedNonMaxSuppression: combinedSuppression,
};
