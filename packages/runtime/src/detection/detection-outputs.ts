import type { Signature, Tensor, TensorSpec } from '@slipway/contract';
import { DETECTION_OUTPUTS } from '@slipway/contract/detection';
import { type DetectionTensors, trimDetections } from './detection-tensors.ts';

/** The outputs of a model that makes detections, as callers see them. */
export interface DetectionOutputs {
  readonly signature: Signature;
  /** What to ask the engine for. */
  readonly asked: readonly string[];
  /** The wanted outputs of what it answered: rows up to the most that an image of the request has, names where classes have some. */
  finish(outputs: readonly Tensor[], wanted: readonly string[]): readonly Tensor[];
}

const ROWS = 'detections';

const { boxes, classes, scores, count, labels } = DETECTION_OUTPUTS;

/** For the engine's signature; `names` are those of the classes. */
export function openDetectionOutputs(own: Signature, names: readonly string[] | undefined): DetectionOutputs {
  const texts = names?.map((name) => Buffer.from(name));
  return {
    signature: publicSignature(own, names !== undefined),
    asked: [boxes, classes, scores, count],
    finish(outputs, wanted) {
      const [ownBoxes, ownClasses, ownScores, ownCount] = outputs as readonly [
        Tensor,
        Tensor,
        Tensor,
        Tensor,
      ];
      const trimmed = trimDetections({
        boxes: ownBoxes,
        classes: ownClasses,
        scores: ownScores,
        count: ownCount,
      });
      const all = [...Object.values(trimmed), ...(texts === undefined ? [] : [labelTensor(trimmed, texts)])];
      return wanted.flatMap((name) => all.find((tensor) => tensor.name === name) ?? []);
    },
  };
}

function publicSignature({ inputs, outputs }: Signature, hasNames: boolean): Signature {
  const shown = outputs.map((spec): TensorSpec => {
    const [images = null, rows, ...row] = spec.shape;
    if (rows === undefined) return spec;
    return Object.freeze({ ...spec, shape: Object.freeze([images, ROWS, ...row]) });
  });
  const [images = null] = outputs[0]?.shape ?? [];
  const named: TensorSpec = { name: labels, datatype: 'BYTES', shape: Object.freeze([images, ROWS]) };
  return Object.freeze({
    inputs,
    outputs: Object.freeze(hasNames ? [...shown, Object.freeze(named)] : shown),
  });
}

const NO_NAME = Buffer.alloc(0);

/** The name of each class that was found, and none where rows are only filled up: class 0, the background, is never found. */
function labelTensor({ classes: found }: DetectionTensors, names: readonly Uint8Array[]): Tensor {
  const data = Array.from(found.data as Float32Array, (index) =>
    index === 0 ? NO_NAME : (names[index] ?? NO_NAME),
  );
  return { name: labels, datatype: 'BYTES', shape: found.shape, data };
}
