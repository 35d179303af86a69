import type { Tensor } from '@slipway/contract';
import { DETECTION_OUTPUTS, type Detection } from '@slipway/contract/detection';

/** The tensors of a run's detections, each filled up with zeros. */
export interface DetectionTensors {
  readonly boxes: Tensor;
  readonly classes: Tensor;
  readonly scores: Tensor;
  readonly count: Tensor;
}

const EDGES = 4;

/** What was found in each image, with room for `most` of it; what has no room is left out. */
export function detectionTensors(images: readonly (readonly Detection[])[], most: number): DetectionTensors {
  const boxes = new Float32Array(images.length * most * EDGES);
  const classes = new Float32Array(images.length * most);
  const scores = new Float32Array(images.length * most);
  const count = new Float32Array(images.length);
  for (const [image, detections] of images.entries()) {
    const found = detections.slice(0, most);
    count[image] = found.length;
    for (const [index, { classIndex, score, box }] of found.entries()) {
      const at = image * most + index;
      boxes.set([box.yMin, box.xMin, box.yMax, box.xMax], at * EDGES);
      classes[at] = classIndex;
      scores[at] = score;
    }
  }
  const rows = [images.length, most];
  return {
    boxes: floats(DETECTION_OUTPUTS.boxes, [...rows, EDGES], boxes),
    classes: floats(DETECTION_OUTPUTS.classes, rows, classes),
    scores: floats(DETECTION_OUTPUTS.scores, rows, scores),
    count: floats(DETECTION_OUTPUTS.count, [images.length], count),
  };
}

/** The same with room for no more than the image has of which there is most. */
export function trimDetections({ boxes, classes, scores, count }: DetectionTensors): DetectionTensors {
  const most = (count.data as Float32Array).reduce((one, other) => Math.max(one, other), 0);
  return {
    boxes: trimmed(boxes, most),
    classes: trimmed(classes, most),
    scores: trimmed(scores, most),
    count,
  };
}

/** The first rows of each image. */
function trimmed(tensor: Tensor, most: number): Tensor {
  const [images = 0, rows = 0, ...row] = tensor.shape;
  if (most === rows) return tensor;
  const each = row.reduce((product, size) => product * size, 1);
  const from = tensor.data as Float32Array;
  const data = new Float32Array(images * most * each);
  for (let image = 0; image < images; image += 1) {
    const start = image * rows * each;
    data.set(from.subarray(start, start + most * each), image * most * each);
  }
  return { ...tensor, shape: [images, most, ...row], data };
}

function floats(name: string, shape: readonly number[], data: Float32Array): Tensor {
  return { name, datatype: 'FP32', shape, data };
}
