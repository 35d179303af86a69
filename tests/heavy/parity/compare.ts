/** Rows of an output: as the framework computed them twice, and as ONNX Runtime did. */
export interface Compared {
  readonly key: string;
  readonly softmax: boolean;
  /** Whether the largest element is what a row is labelled with; of features, it may be two that float32 confuses. */
  readonly labelled: boolean;
  /** Elements of a row. */
  readonly width: number;
  readonly float32: Float32Array;
  /** Of the first rows, exactly. */
  readonly float64: Float64Array;
  readonly found: Float32Array;
}

/** How near an output is, in its own unit. */
export interface Nearness {
  readonly key: string;
  readonly softmax: boolean;
  /** The least difference between two neighbouring rows, each at the element where it is largest. */
  readonly signal: number;
  readonly largest: number;
  /** Of ONNX Runtime's float32 against float64. */
  readonly error: number;
  /** Of the framework's own float32. */
  readonly ownError: number;
  /** Rows whose largest element is another one than in the framework's float32. */
  readonly otherLabels: number;
  /** Why it is not as near as it must be; none if it is. */
  readonly problems: readonly string[];
}

/** Of the largest element: an output that varies less than this says nothing about the network. */
const LEAST_SIGNAL = 0.05;
/** Other orders of summing are no worse than the framework's; twice its error leaves room for chance. */
const MOST_OWN_ERRORS = 2;
/** What float32 cannot tell apart: where the framework is exact by luck, one rounding is no error. */
const ROUNDING = 2 ** -23;

/** Holds an output to the rules that the pages of results say. */
export function nearness(compared: Compared): Nearness {
  const { key, softmax, labelled, width, float32, float64, found } = compared;
  const signal = leastDifference(float64, width);
  const largest = largestOf(float64);
  const error = largestDifference(found, float64);
  const ownError = largestDifference(float32, float64);
  const tie = labelled ? 0 : (MOST_OWN_ERRORS + 1) * ownError;
  const otherLabels = differing(labels(found, width), float32, width, tie);
  const problems = [
    found.length === float32.length ? '' : `${found.length} elements instead of ${float32.length}`,
    found.every(Number.isFinite) ? '' : 'elements that are no numbers',
    softmax || signal >= LEAST_SIGNAL * largest
      ? ''
      : `varies by ${share(signal, largest)} of its largest element`,
    error <= Math.max(MOST_OWN_ERRORS * ownError, ROUNDING * largest)
      ? ''
      : `is ${share(error, largest)} off, the framework ${share(ownError, largest)}`,
    otherLabels === 0 ? '' : `${otherLabels} rows have another largest element`,
  ];
  return {
    key,
    softmax,
    signal,
    largest,
    error,
    ownError,
    otherLabels,
    problems: problems.filter((problem) => problem !== ''),
  };
}

function share(part: number, whole: number): string {
  return (part / whole).toExponential(1);
}

/** Over the elements that both have. NaN is as far off as can be. */
function largestDifference(found: ArrayLike<number>, exact: Float64Array): number {
  let most = 0;
  for (const [index, value] of exact.entries()) {
    const difference = Math.abs((found[index] ?? Number.NaN) - value);
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
    if (difference > most) most = difference;
  }
  return most;
}

function leastDifference(rows: Float64Array, width: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let start = width; start < rows.length; start += width) {
    const row = rows.subarray(start, start + width);
    least = Math.min(least, largestDifference(rows.subarray(start - width, start), row));
  }
  return least;
}

function largestOf(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}

function labels(rows: Float32Array, width: number): readonly number[] {
  return Array.from({ length: rows.length / width }, (_, index) => {
    const row = rows.subarray(index * width, (index + 1) * width);
    let best = 0;
    for (let at = 1; at < width; at += 1) if ((row[at] as number) > (row[best] as number)) best = at;
    return best;
  });
}

/** Rows whose largest element is another one, and by more than `tie` smaller than the largest. */
function differing(found: readonly number[], float32: Float32Array, width: number, tie: number): number {
  return labels(float32, width).filter((label, row) => {
    const other = found[row];
    if (other === label) return false;
    const at = (index: number) => float32[row * width + index] as number;
    return other === undefined || at(label) - at(other) > tie || tie === 0;
  }).length;
}
