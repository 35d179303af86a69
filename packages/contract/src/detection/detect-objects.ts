import { DEFAULT_NMS_THRESHOLD, DEFAULT_SELECT_THRESHOLD, DEFAULT_TOP } from '../detector.ts';
import { SlipwayError } from '../errors.ts';
import type { Tensor } from '../tensors.ts';
import { decodeBox, layoutAnchors } from './anchors.ts';
import { type Box, type CentredBox, clipBox } from './boxes.ts';
import { type Candidate, candidatesOf } from './candidates.ts';
import { SSD_VGG_300, type SsdLayout } from './ssd-layout.ts';
import { type BlockOutputs, type Floats, readSsdOutputs } from './ssd-outputs.ts';
import { suppressOverlaps } from './suppress-overlaps.ts';

/** Something that was found in an image. */
export interface Detection {
  /** From 1 up: 0 is the background. */
  readonly classIndex: number;
  /** The class's name, where there are labels and it has one. */
  readonly label: string | undefined;
  /** From 0 to 1. */
  readonly score: number;
  /** Clipped to the image. */
  readonly box: Box;
}

export interface DetectionOptions {
  /** What is left out at this score or below; from 0 to 1, default 0.5. */
  readonly selectThreshold?: number | undefined;
  /** Overlap from which on a box goes beside a better one of its class; from 0 to 1, default 0.45. */
  readonly nmsThreshold?: number | undefined;
  /** Of an image, how many of the best are looked at for overlaps; default 400. */
  readonly top?: number | undefined;
  /** Names of the classes, that of class 0, the background, first. */
  readonly labels?: readonly string[] | undefined;
  /** The detector; default SSD-VGG-300. */
  readonly layout?: SsdLayout | undefined;
}

/**
 * What a single-shot detector found, from its raw outputs, best first, for each image: softmax, selection by score, anchors
 * moved by the offsets and clipped, the best of them, non-maximum suppression in each class. Throws `invalid_argument` for outputs
 * that are not the detector's, and for options that cannot be.
 */
export function detectObjects(
  outputs: readonly Tensor[],
  options: DetectionOptions = {},
): readonly (readonly Detection[])[] {
  const {
    selectThreshold = DEFAULT_SELECT_THRESHOLD,
    nmsThreshold = DEFAULT_NMS_THRESHOLD,
    top = DEFAULT_TOP,
    labels,
    layout = SSD_VGG_300,
  } = options;
  checkPart('selectThreshold', selectThreshold);
  checkPart('nmsThreshold', nmsThreshold);
  checkTop(top);
  checkLabels(labels, layout);
  const { images, blocks } = readSsdOutputs(outputs, layout);
  const anchors = layoutAnchors(layout);
  const anchored = blocks.map((block, index) => ({ ...block, anchors: anchors[index] ?? [] }));
  return Array.from({ length: images }, (_, image) => {
    const candidates = anchored.flatMap((block) => {
      return placedCandidates(imageOf(block, image, images), layout.classes, selectThreshold);
    });
    // The order of the outputs stays among equals.
    const best = candidates
      .sort((one, other) => other.score - one.score)
      .slice(0, top)
      .map((candidate) => toDetection(candidate, labels));
    return suppressOverlaps(best, nmsThreshold);
  });
}

interface AnchoredBlock extends BlockOutputs {
  readonly anchors: readonly CentredBox[];
}

/** A candidate with what its box is made of. */
interface PlacedCandidate extends Candidate {
  readonly block: AnchoredBlock;
}

function imageOf(block: AnchoredBlock, image: number, images: number): AnchoredBlock {
  const part = (values: Floats): Floats => {
    const length = values.length / images;
    return values.subarray(image * length, (image + 1) * length);
  };
  return { ...block, logits: part(block.logits), offsets: part(block.offsets) };
}

function placedCandidates(block: AnchoredBlock, classes: number, threshold: number): PlacedCandidate[] {
  return candidatesOf(block.logits, classes, threshold).map((candidate) => ({ ...candidate, block }));
}

function toDetection(
  { block: { anchors, offsets }, anchor, classIndex, score }: PlacedCandidate,
  labels: DetectionOptions['labels'],
): Detection {
  const place = anchors[anchor];
  if (place === undefined) throw new TypeError('There are as many anchors as rows of logits.');
  const box = clipBox(decodeBox(place, offsets, anchor));
  return { classIndex, label: labels?.[classIndex] || undefined, score, box };
}

function checkPart(field: 'selectThreshold' | 'nmsThreshold', value: number): void {
  if (value >= 0 && value <= 1) return;
  throw new SlipwayError('invalid_argument', `"${field}" is ${value}: it must be from 0 to 1.`, {
    details: { field },
  });
}

function checkTop(top: number): void {
  if (Number.isSafeInteger(top) && top > 0) return;
  throw new SlipwayError('invalid_argument', `"top" is ${top}: it must be a whole number from 1 on.`, {
    details: { field: 'top' },
  });
}

function checkLabels(labels: DetectionOptions['labels'], { classes }: SsdLayout): void {
  if (labels === undefined || labels.length === classes) return;
  throw new SlipwayError(
    'invalid_argument',
    `There are ${labels.length} labels: the detector has ${classes} classes, the background, which is first, among them.`,
    { details: { field: 'labels' } },
  );
}
