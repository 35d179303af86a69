import { type Detector, type Signature, SlipwayError, type Tensor } from '@slipway/contract';
import { DETECTION_OUTPUTS, DETECTOR_LAYOUTS, detectObjects } from '@slipway/contract/detection';
import type { EngineSession } from '../engines/engine.ts';
import { signatureMisfit } from '../models/check-declared.ts';
import { detectionTensors } from './detection-tensors.ts';
import { detectorProblems } from './detector-problems.ts';

/** A session whose runs make detections of the raw outputs. Throws `invalid_model` for outputs that are not the detector's. */
export function detectingSession(session: EngineSession, detector: Detector): EngineSession {
  const { inputs, outputs } = session.signature;
  const layout = DETECTOR_LAYOUTS[detector.layout];
  const problems = detectorProblems(session.signature, layout);
  if (problems.length > 0) throw signatureMisfit(problems);
  const raw = outputs.map(({ name }) => name);
  return {
    ...session,
    signature: detectionSignature({ inputs, outputs }, detector),
    run(given, wanted) {
      const found = detect(session.run(given, raw), { ...detector, layout });
      const tensors = Object.values(detectionTensors(found, detector.top));
      return wanted.flatMap((name) => tensors.find((tensor) => tensor.name === name) ?? []);
    },
  };
}

/** What the engine gives in place of the raw outputs: for each image as many rows as there may be. */
function detectionSignature({ inputs, outputs }: Signature, { top }: Detector): Signature {
  const [images = null] = outputs[0]?.shape ?? [];
  const floats = (name: string, ...row: number[]) =>
    Object.freeze({ name, datatype: 'FP32', shape: Object.freeze([images, ...row]) } as const);
  return Object.freeze({
    inputs,
    outputs: Object.freeze([
      floats(DETECTION_OUTPUTS.boxes, top, 4),
      floats(DETECTION_OUTPUTS.classes, top),
      floats(DETECTION_OUTPUTS.scores, top),
      floats(DETECTION_OUTPUTS.count),
    ]),
  });
}

/** The caller knows nothing of raw outputs, so what is wrong with them is the model's fault. */
function detect(outputs: readonly Tensor[], options: Parameters<typeof detectObjects>[1]) {
  try {
    return detectObjects(outputs, options);
  } catch (cause) {
    if (!(cause instanceof SlipwayError)) throw cause;
    throw new SlipwayError('invalid_model', `No detections can be made: ${cause.message}`, { cause });
  }
}
