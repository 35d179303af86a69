/** What the raw outputs of detectors mean; nothing here imports from Node. */
export type { Box } from './boxes.ts';
export { type Detection, type DetectionOptions, detectObjects } from './detect-objects.ts';
export { DETECTION_OUTPUTS, readDetections } from './detection-outputs.ts';
export { blockShape, DETECTOR_LAYOUTS, SSD_VGG_300, type SsdBlock, type SsdLayout } from './ssd-layout.ts';
