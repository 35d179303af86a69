import type { Detection } from '@slipway/sdk';
import { table } from './table.ts';

/** Digits after the point of a score or an edge, as a picture shows them and a little more. */
const DIGITS = 3;

/** What was found in an image, with the edges of its box in parts of the image. */
export function detectionTable(detections: readonly Detection[]): string {
  const hasLabels = detections.some(({ label }) => label !== undefined);
  return table(
    detections,
    {
      class: ({ classIndex }) => String(classIndex),
      ...(hasLabels && { label: ({ label = '-' }: Detection) => label }),
      score: ({ score }) => score.toFixed(DIGITS),
      top: ({ box }) => box.yMin.toFixed(DIGITS),
      left: ({ box }) => box.xMin.toFixed(DIGITS),
      bottom: ({ box }) => box.yMax.toFixed(DIGITS),
      right: ({ box }) => box.xMax.toFixed(DIGITS),
    },
    'Nothing was found.',
  );
}
