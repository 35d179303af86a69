import { DETECTOR_LAYOUTS } from '../detection/ssd-layout.ts';
import {
  DEFAULT_NMS_THRESHOLD,
  DEFAULT_SELECT_THRESHOLD,
  DEFAULT_TOP,
  type DetectorLayout,
} from '../detector.ts';
import type { DeclaredDetector } from '../model-signature.ts';
import { labelsFileProblems, toldLabels } from './declared-labels.ts';
import type { DetectorDeclaration, ModelSignatureFile } from './model-signature.ts';

/** What a detector may say, but not so, nor together with the rest of the file. */
export function detectorProblems({ outputs, detections }: ModelSignatureFile): readonly string[] {
  if (detections === undefined) return [];
  const { layout, labels, labelsFile } = detections;
  const hasBoth = labels !== undefined && labelsFile !== undefined;
  return [
    ...(outputs === undefined
      ? []
      : [
          'outputs must be left out with detections, which stand in their place and have labels of their own',
        ]),
    ...(hasBoth
      ? ['detections must not have both labels and labelsFile']
      : labelsFileProblems(labelsFile).map((problem) => `detections${problem}`)),
    ...(labels === undefined ? [] : detectorLabelProblems(labels.length, layout)),
  ];
}

/** What is wrong with a number of labels for the classes of a detector. */
export function detectorLabelProblems(count: number, layout: DetectorLayout): readonly string[] {
  const { classes } = DETECTOR_LAYOUTS[layout];
  if (count === classes) return [];
  return [
    `detections has ${count} labels, but ${layout} has ${classes} classes, the background, which is first, among them`,
  ];
}

/** The declaration with everything that was left out. */
export function completeDetector(declared: DetectorDeclaration): DeclaredDetector {
  const labels = toldLabels(declared);
  return Object.freeze({
    layout: declared.layout,
    selectThreshold: declared.selectThreshold ?? DEFAULT_SELECT_THRESHOLD,
    nmsThreshold: declared.nmsThreshold ?? DEFAULT_NMS_THRESHOLD,
    top: declared.top ?? DEFAULT_TOP,
    ...(labels !== undefined && { labels }),
  });
}
