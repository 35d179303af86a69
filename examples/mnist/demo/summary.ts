import { DIGIT_SIDE, type Digits, digitPixels } from '../digits.ts';
import { besideEachOther, digitPicture } from '../picture.ts';
import { CALLERS, type ScoredDigit, type Scores } from './score-digits.ts';

/** More pictures than this say no more. */
const MOST_PICTURES = 4;

/** As many digits beside each other as fit into `columns`, with label and prediction; one that is wrong among them. */
export function pictures(scores: Scores, digits: Digits, columns: number): string {
  const room = Math.floor((columns + 2) / (DIGIT_SIDE + 2));
  const shown = someDigits(scores.digits, Math.min(Math.max(room, 1), MOST_PICTURES));
  return besideEachOther(
    shown.map((digit) => [...digitPicture(digitPixels(digits, digit.index)), caption(digit)]),
  ).join('\n');
}

/** Accuracy, latency and throughput, a line each. */
export function figures({ digits, accuracy, p50, p99, requestsPerSecond }: Scores): string {
  return [
    `accuracy    ${(accuracy * 100).toFixed(2)} % of ${digits.length.toLocaleString('en')} test digits`,
    `latency     p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, with ${CALLERS} callers at once`,
    `throughput  ${Math.round(requestsPerSecond).toLocaleString('en')} requests/s`,
  ].join('\n');
}

function someDigits(digits: readonly ScoredDigit[], count: number): ScoredDigit[] {
  const wrong = digits.find(({ label, prediction }) => label !== prediction);
  if (wrong === undefined || count === 1) return digits.slice(0, count);
  const right = digits.filter(({ label, prediction }) => label === prediction);
  return [...right.slice(0, count - 1), wrong];
}

function caption({ label, prediction, probability }: ScoredDigit): string {
  const mark = label === prediction ? '✔' : '✖';
  return `${mark} ${label}, predicted ${prediction} (${(probability * 100).toFixed(0)} %)`.padEnd(DIGIT_SIDE);
}
