import type { Detector } from './detector.ts';
import type { ImageInput } from './images.ts';

/** The file beside a model that says what the model's own file cannot. */
export const SIGNATURE_FILE = 'signature.json';

/** Far more than all inputs and outputs of any model take; a file of labels may have as many. */
export const MAX_SIGNATURE_BYTES = 1_000_000;

/** What the signature file beside a model says of it. */
export interface ModelSignature {
  readonly images: readonly ImageInput[];
  readonly labels: readonly LabelledOutput[];
  /** Absent: callers get the outputs as the model gives them. */
  readonly detections?: DeclaredDetector | undefined;
}

/** An output of scores whose classes have names. */
export interface LabelledOutput {
  readonly output: string;
  readonly labels: DeclaredLabels;
}

/** A detector whose classes may have names, that of the background first. */
export interface DeclaredDetector extends Detector {
  readonly labels?: DeclaredLabels | undefined;
}

/** Names in the order of the classes, or the file beside the signature that has them, one a line. */
export type DeclaredLabels = readonly string[] | { readonly file: string };
