import { type Datatype, elementCount, type SlipwayError, type Tensor } from '@slipway/contract';
import { invalid } from './refusals.ts';

/** Scores of one row; more are refused, because ranking them would hold up everybody else. */
const MAX_CLASSES = 1_000_000;

/** Up to so many classes are kept in order while the scores are passed once; for more, all scores are sorted. */
const FEW_CLASSES = 64;

/** What a request wants of a classification, and what is known of the output. */
export interface ClassificationWish {
  /** Classes to answer for each row, at least 1; all of them if the row has fewer. */
  readonly count: number;
  /** Whether the first dimension counts rows; else all of the output is one row. */
  readonly batched: boolean;
  readonly labels: readonly string[] | undefined;
}

type Scores = ArrayLike<number> | ArrayLike<bigint>;
type Rank = (one: number, other: number) => number;

/** Why an output of this datatype cannot be answered as classes; `undefined` if it can. */
export function refuseClassification(datatype: Datatype): SlipwayError | undefined {
  const hasScores = datatype === 'FP32' || datatype === 'FP64' || /INT/.test(datatype);
  if (hasScores) return undefined;
  return invalid(`class result not available for output due to unsupported type '${datatype}'`);
}

/**
 * The best classes of each row of `output` as BYTES elements `score:index` or `score:index:label`, best first, in the
 * shape [count] or [rows, count]. Equal scores keep the order of their indices, and NaN is below all others.
 */
export function classify(output: Tensor, wish: ClassificationWish): Tensor | SlipwayError {
  const problem = refuseClassification(output.datatype);
  if (problem !== undefined) return problem;
  const isBatched = wish.batched && output.shape.length > 0;
  const rows = isBatched ? (output.shape[0] ?? 0) : 1;
  const classes = elementCount(isBatched ? output.shape.slice(1) : output.shape);
  if (classes > MAX_CLASSES) return invalid('classification output tensor too large');
  const count = Math.min(wish.count, classes);
  const scores = output.data as Scores;
  const data: Uint8Array[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (const index of bestIndices(scores, row * classes, classes, count)) {
      data.push(classText(scores, row * classes, index, output.datatype, wish.labels));
    }
  }
  return { name: output.name, datatype: 'BYTES', shape: isBatched ? [rows, count] : [count], data };
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

function classText(
  scores: Scores,
  start: number,
  index: number,
  datatype: Datatype,
  labels: readonly string[] | undefined,
): Uint8Array {
  const score = scores[start + index] ?? 0;
  const isFloat = datatype === 'FP32' || datatype === 'FP64';
  const text = isFloat ? sixDecimals(Number(score)) : String(score);
  const label = labels?.[index];
  return Buffer.from(label === undefined ? `${text}:${index}` : `${text}:${index}:${label}`);
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
