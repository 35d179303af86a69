import {
  type Datatype,
  elementCount,
  type Signature,
  type SlipwayError,
  type Tensor,
} from '@slipway/contract';
import { hasBatchAxis } from './model.ts';
import { invalid } from './refusals.ts';

/** Scores of one row; more are refused, because ranking them would hold up everybody else. */
const MAX_CLASSES = 1_000_000;

/** Up to so many classes are kept in order while the scores are passed once; for more, all scores are sorted. */
const FEW_CLASSES = 64;

type Scores = ArrayLike<number> | ArrayLike<bigint>;
type Rank = (one: number, other: number) => number;

/** Why an output of this datatype cannot be answered as classes; `undefined` if it can. */
export function refuseClassification(datatype: Datatype): SlipwayError | undefined {
  const hasScores = datatype === 'FP32' || datatype === 'FP64' || /INT/.test(datatype);
  if (hasScores) return undefined;
  return invalid(`class result not available for output due to unsupported type '${datatype}'`);
}

/**
 * The best `limit` classes of each row of an output of the model as BYTES elements `score:index` or `score:index:label`,
 * best first, in the shape [count] or [rows, count]. Equal scores keep the order of their indices, and NaN is below all
 * others. Without a batch dimension all of the output is one row; labels name the places along its last axis.
 */
export function classify(output: Tensor, limit: number, signature: Signature): Tensor | SlipwayError {
  const problem = refuseClassification(output.datatype);
  if (problem !== undefined) return problem;
  const isBatched = hasBatchAxis(signature) && output.shape.length > 0;
  const rows = isBatched ? (output.shape[0] ?? 0) : 1;
  const classes = elementCount(isBatched ? output.shape.slice(1) : output.shape);
  if (classes > MAX_CLASSES) return invalid('classification output tensor too large');
  const count = Math.min(limit, classes);
  const scores = output.data as Scores;
  const label = labelling(output, signature);
  const data: Uint8Array[] = [];
  for (let row = 0; row < rows; row += 1) {
    const start = row * classes;
    for (const index of bestIndices(scores, start, classes, count)) {
      const score = scoreText(scores[start + index] ?? 0, output.datatype);
      data.push(Buffer.from(`${score}:${index}${label(index)}`));
    }
  }
  return { name: output.name, datatype: 'BYTES', shape: isBatched ? [rows, count] : [count], data };
}

/** Says what follows an index: nothing for a class without a name. */
function labelling({ name, shape }: Tensor, { outputs }: Signature): (index: number) => string {
  const labels = outputs.find((spec) => spec.name === name)?.labels;
  const places = shape.at(-1) ?? 1;
  return (index) => {
    const label = labels?.[index % places] ?? '';
    return label === '' ? '' : `:${label}`;
  };
}

/** The indices of the `count` best of a row, best first. */
function bestIndices(
  scores: Scores,
  start: number,
  classes: number,
  count: number,
): ArrayLike<number> & Iterable<number> {
  const rank: Rank = (one, other) =>
    compareScores(scores[start + one] ?? 0, scores[start + other] ?? 0) || one - other;
  if (count <= FEW_CLASSES) return keepBest(classes, count, rank);
  return Uint32Array.from({ length: classes }, (_, index) => index)
    .sort(rank)
    .subarray(0, count);
}

function keepBest(classes: number, count: number, rank: Rank): number[] {
  const best: number[] = [];
  for (let index = 0; index < classes; index += 1) {
    const worst = best[count - 1];
    if (worst !== undefined && rank(index, worst) > 0) continue;
    if (worst !== undefined) best.pop();
    const place = best.findIndex((other) => rank(index, other) < 0);
    best.splice(place < 0 ? best.length : place, 0, index);
  }
  return best;
}

/** Below zero if `one` is the better score. */
function compareScores(one: number | bigint, other: number | bigint): number {
  if (one === other) return 0;
  if (one > other) return -1;
  if (one < other) return 1;
  return Number(Number.isNaN(one)) - Number(Number.isNaN(other));
}

function scoreText(score: number | bigint, datatype: Datatype): string {
  const isFloat = datatype === 'FP32' || datatype === 'FP64';
  return isFloat ? sixDecimals(Number(score)) : String(score);
}

/** A number as `printf("%f")` of C writes it, which is how the stock server writes scores. */
export function sixDecimals(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  const magnitude = Math.abs(value);
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (magnitude === Number.POSITIVE_INFINITY) return `${sign}inf`;
  if (magnitude >= Number.MAX_SAFE_INTEGER) return `${sign}${BigInt(magnitude)}.000000`;
  return sign + halvesToEven(magnitude);
}

/**
 * Only an odd number of 128ths lies exactly between two numbers of six decimals, because 10^6 has the factor 2^6. There
 * C rounds to the even last digit, and `toFixed` up.
 */
function halvesToEven(magnitude: number): string {
  const isHalf = (magnitude * 128) % 2 === 1;
  if (!isHalf) return magnitude.toFixed(6);
  const below = magnitude.toFixed(7).slice(0, -1);
  return Number(below.at(-1)) % 2 === 0 ? below : magnitude.toFixed(6);
}
