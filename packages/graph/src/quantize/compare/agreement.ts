import { GraphError } from '../../graph-error.ts';
import { differentLengths } from './tensor-error.ts';

/** For how many samples both models find the same class most likely. */
export interface Agreement {
  readonly samples: number;
  readonly same: number;
}

/**
 * Top-1 agreement of two models on rows of `classes` values; of two equal values, the first counts. Throws
 * `invalid_argument` for lists of different lengths or of broken rows.
 */
export function topAgreement(float: Float32Array, other: Float32Array, classes: number): Agreement {
  if (float.length !== other.length) throw differentLengths(float.length, other.length);
  if (!(Number.isInteger(classes) && classes > 0) || float.length % classes !== 0) {
    throw new GraphError('invalid_argument', `${float.length} values are no rows of ${classes} classes.`);
  }
  const samples = float.length / classes;
  let same = 0;
  for (let start = 0; start < float.length; start += classes) {
    const rows = [float, other].map((values) => values.subarray(start, start + classes));
    const [one, two] = rows.map((row) => row.indexOf(Math.max(...row)));
    if (one === two) same += 1;
  }
  return { samples, same };
}
