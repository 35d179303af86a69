import type { ImageInput } from './images.ts';

/** The file beside a model that says what the model's own file cannot. */
export const SIGNATURE_FILE = 'signature.json';

/** Far more than all inputs and outputs of any model take; a file of labels may have as many. */
export const MAX_SIGNATURE_BYTES = 1_000_000;

/** What the signature file beside a model says of it. */
export interface ModelSignature {
  readonly images: readonly ImageInput[];
  readonly labels: readonly LabelledOutput[];
}

/** An output of scores whose classes have names. */
export interface LabelledOutput {
  readonly output: string;
  /** The names in the order of the classes, or the file beside the signature that has them, one a line. */
  readonly labels: readonly string[] | { readonly file: string };
}
