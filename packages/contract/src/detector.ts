/** The detectors whose raw outputs are known. */
export type DetectorLayout = 'ssd-vgg-300';

/** How a replica makes boxes, classes and scores of a detector's raw outputs. */
export interface Detector {
  readonly layout: DetectorLayout;
  /** What is left out at this score or below; from 0 to 1. */
  readonly selectThreshold: number;
  /** Overlap from which on a box goes beside a better one of its class; from 0 to 1. */
  readonly nmsThreshold: number;
  /** Of an image, how many of the best are looked at for overlaps. */
  readonly top: number;
}

/** The thresholds that services of Azure's SSD-VGG-300 had. */
export const DEFAULT_SELECT_THRESHOLD = 0.5;
export const DEFAULT_NMS_THRESHOLD = 0.45;

/** As many candidates of an image as Liu et al. and the networks that came after them looked at. */
export const DEFAULT_TOP = 400;
