/** What the raw outputs of detectors mean; nothing here imports from Node. */
export type { Box } from './boxes.ts';
export { type Detection, type DetectionOptions, detectObjects } from './detect-objects.ts';
export { blockShape, SSD_VGG_300, type SsdBlock, type SsdLayout } from './ssd-layout.ts';
