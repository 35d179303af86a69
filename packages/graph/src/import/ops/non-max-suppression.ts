import {
  boolAttribute,
  cast,
  finish,
  floatAttribute,
  input,
  integers,
  type Mapper,
  type Operation,
  step,
} from '../operation.ts';
import { NotConverted } from '../refuse.ts';
import type { Value } from '../value.ts';
import { combined, elementsOf, type Size, sizeOf, sizesTensor, sizeTensor } from './sizes.ts';

/** The boxes that are left, best first; both break ties by the smaller index, and take corners in any order. */
const suppressed: Mapper = (operation) => {
  const { node, emitter, inputs } = operation;
  const limit =
    inputs[3] ?? emitter.number(node.name, floatAttribute(operation, 'iou_threshold', 0.5), 'float32');
  const places = placesOf(operation, limit, inputs.slice(4, 5));
  return finish(operation, 'Cast', [places], { dtype: 'int32', shape: [null] }, { to: INT32 });
};

const INT32 = 6;

/** As `suppressed`, with as many places as are asked for, where the node says so; and how many of them count. */
const padded: Mapper = (operation) => {
  const places = placesOf(operation, input(operation, 3), operation.inputs.slice(4, 5));
  const found = sizeOf(operation, places, 0);
  const all = filled(operation, cast(operation, places, 'int32'), found);
  return [all, countOf(operation, found)];
};

/** As `padded`, with scores. Softened ones depend on each other from box to box, which ONNX cannot express. */
const scored: Mapper = (operation) => {
  const sigma = input(operation, 5).constant;
  if (!(sigma instanceof Uint8Array) || sigma.some((byte) => byte !== 0))
    throw new NotConverted('It softens scores (soft_nms_sigma).', 'Use a sigma of 0.');
  const places = placesOf(operation, input(operation, 3), operation.inputs.slice(4, 5));
  const scores = step(operation, 'Gather', [input(operation, 1), places], {
    dtype: 'float32',
    shape: [null],
  });
  const found = sizeOf(operation, places, 0);
  const all = filled(operation, cast(operation, places, 'int32'), found);
  return [all, filled(operation, scores, found), countOf(operation, found)];
};

function placesOf(operation: Operation, limit: Value, least: readonly Value[]): Value {
  const [boxes, scores] = [input(operation, 0), input(operation, 1)];
  requireFloat32(boxes);
  const count = cast(operation, input(operation, 2), 'int64');
  const [images, classes] = [[0], [0, 1]].map((axes) => integers(operation, axes)) as [Value, Value];
  const rows = step(operation, 'Unsqueeze', [boxes, images], {
    dtype: 'float32',
    shape: [1, boxes.shape?.[0] ?? null, 4],
  });
  const columns = step(operation, 'Unsqueeze', [scores, classes], {
    dtype: 'float32',
    shape: [1, 1, scores.shape?.[0] ?? null],
  });
  const found = step(operation, 'NonMaxSuppression', [rows, columns, count, limit, ...least], {
    dtype: 'int64',
    shape: [null, 3],
  });
  return column(operation, found, 2);
}

function column(operation: Operation, table: Value, index: number): Value {
  const at = operation.emitter.integers(operation.node.name, [index], []);
  return step(operation, 'Gather', [table, at], { dtype: table.dtype, shape: [null] }, { axis: 1 });
}

function filled(operation: Operation, values: Value, found: Size): Value {
  if (!boolAttribute(operation, 'pad_to_max_output_size', false)) return values;
  const [most = 0] = elementsOf(operation, 2, 1);
  const missing = combined(operation, 'Sub', most, found);
  const shape = [typeof most === 'number' ? most : null];
  return step(operation, 'Pad', [values, sizesTensor(operation, [0, missing])], {
    dtype: values.dtype,
    shape,
  });
}

function countOf(operation: Operation, found: Size): Value {
  const result = { dtype: 'int64', shape: [] };
  return cast(operation, step(operation, 'Squeeze', [sizeTensor(operation, found)], result), 'int32');
}

function requireFloat32({ dtype }: Value): void {
  if (dtype !== 'float32')
    throw new NotConverted(`It compares boxes of ${dtype}.`, 'Cast to float32 before it in the model.');
}

/** Which boxes of an image are left beside better ones. */
export const NON_MAX_SUPPRESSION: Readonly<Record<string, Mapper>> = {
  NonMaxSuppression: suppressed,
  NonMaxSuppressionV2: suppressed,
  NonMaxSuppressionV3: suppressed,
  NonMaxSuppressionV4: padded,
  NonMaxSuppressionV5: scored,
};
