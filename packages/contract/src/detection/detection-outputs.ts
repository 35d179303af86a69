import { SlipwayError } from '../errors.ts';
import type { Tensor, TensorData } from '../tensors.ts';
import type { Detection, DetectionOptions } from './detect-objects.ts';

/** The outputs of a service whose model declares a detector. */
export const DETECTION_OUTPUTS = Object.freeze({
  /** [images, most, 4]: upper, left, lower and right edge of each box in parts of the image. */
  boxes: 'boxes',
  /** [images, most]: from 1 up. */
  classes: 'classes',
  /** [images, most]: from 0 to 1, the best first. */
  scores: 'scores',
  /** [images]: how many of an image are something; zeros fill up the rest. */
  count: 'num_detections',
  /** [images, most]: names, where the classes have some. */
  labels: 'labels',
});

const EDGES = 4;

/**
 * What a service that makes detections itself found, best first, for each image; `undefined` if these are no such outputs but,
 * for instance, the raw ones for `detectObjects`. A threshold leaves out what has that score or less. Throws
 * `invalid_argument` for outputs that do not go together.
 */
export function readDetections(
  outputs: readonly Tensor[],
  { selectThreshold, labels }: Pick<DetectionOptions, 'selectThreshold' | 'labels'> = {},
): readonly (readonly Detection[])[] | undefined {
  const named = (name: string) => outputs.find((output) => output.name === name);
  const boxes = named(DETECTION_OUTPUTS.boxes);
  const classes = named(DETECTION_OUTPUTS.classes);
  const scores = named(DETECTION_OUTPUTS.scores);
  const count = named(DETECTION_OUTPUTS.count);
  if (boxes === undefined || classes === undefined || scores === undefined || count === undefined)
    return undefined;
  const own = named(DETECTION_OUTPUTS.labels);
  const images = count.data.length;
  const most = images === 0 ? 0 : scores.data.length / images;
  checkLength(boxes, images * most * EDGES);
  for (const output of [scores, classes, ...(own === undefined ? [] : [own])])
    checkLength(output, images * Math.floor(most));
  const detection = (at: number): Detection => {
    const edge = (index: number) => numberAt(boxes, at * EDGES + index);
    const classIndex = numberAt(classes, at);
    return {
      classIndex,
      label: (labels === undefined ? textAt(own?.data, at) : labelOf(labels, classIndex)) || undefined,
      score: numberAt(scores, at),
      box: { yMin: edge(0), xMin: edge(1), yMax: edge(2), xMax: edge(3) },
    };
  };
  return Array.from({ length: images }, (_, image) => {
    const length = countAt(count, image, most);
    const found = Array.from({ length }, (_, index) => detection(image * most + index));
    return selectThreshold === undefined ? found : found.filter(({ score }) => score > selectThreshold);
  });
}

/** Nested arrays of JSON that hold nothing do not tell their shape. */
function checkLength({ name, data }: Tensor, wanted: number): void {
  if (data.length === wanted) return;
  throw refusal(name, `has ${data.length} elements, but beside the others it must have ${wanted}`);
}

function countAt(count: Tensor, image: number, most: number): number {
  const value = numberAt(count, image);
  if (Number.isSafeInteger(value) && value >= 0 && value <= most) return value;
  throw refusal(count.name, `is ${value} at ${image}, and must be a whole number up to ${most}`);
}

function numberAt({ name, datatype, data }: Tensor, at: number): number {
  const value = Number(data[at]);
  if (datatype !== 'BYTES' && Number.isFinite(value)) return value;
  throw refusal(name, `has no finite number at ${at}`);
}

function labelOf(labels: readonly string[], classIndex: number): string | undefined {
  if (classIndex < labels.length) return labels[classIndex];
  throw new SlipwayError(
    'invalid_argument',
    `There are ${labels.length} labels, and an object of class ${classIndex} was found: name all classes, the background, which is first, among them.`,
    { details: { field: 'labels' } },
  );
}

function textAt(data: TensorData | undefined, at: number): string | undefined {
  const text = data?.[at];
  return text instanceof Uint8Array ? new TextDecoder().decode(text) : undefined;
}

function refusal(name: string, problem: string): SlipwayError {
  return new SlipwayError(
    'invalid_argument',
    `Output "${name}" ${problem}: ask for all outputs of the detector.`,
    {
      details: { field: 'outputs' },
    },
  );
}
