import { randomInt } from 'node:crypto';
import { type Digits, digitPixels } from '@slipway/example-mnist/digits';

/** Where to post rows, and with which key. */
export interface Endpoint {
  readonly url: string;
  readonly key: string;
  readonly signal: AbortSignal;
}

/** Rows of one request, and requests on their way: a row is 784 numbers, some 4 KB of JSON. */
const ROWS_A_REQUEST = 100;
const REQUESTS_AT_ONCE = 3;

/** Every fifth digit of the test set. */
const EVERY = 5;

/** Posts one row, chosen at random; the label it has, and the text that came back, such as `[7]`. */
export async function scoreRandomRow(
  endpoint: Endpoint,
  digits: Digits,
): Promise<{ readonly label: number | undefined; readonly prediction: string }> {
  const index = randomInt(digits.count);
  return { label: digits.labels[index], prediction: await post(endpoint, digits, [index]) };
}

/** Posts many rows, and counts those that are predicted right. */
export async function scoreManyRows(
  endpoint: Endpoint,
  digits: Digits,
): Promise<{ readonly rows: number; readonly right: number }> {
  const indexes = Array.from({ length: Math.ceil(digits.count / EVERY) }, (_, row) => row * EVERY);
  const requests = Array.from({ length: Math.ceil(indexes.length / ROWS_A_REQUEST) }, (_, request) =>
    indexes.slice(request * ROWS_A_REQUEST, (request + 1) * ROWS_A_REQUEST),
  ).values();
  let right = 0;
  const callInTurn = async () => {
    for (const rows of requests) {
      const predictions = JSON.parse(await post(endpoint, digits, rows)) as readonly number[];
      right += rows.filter((index, row) => predictions[row] === digits.labels[index]).length;
    }
  };
  await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, callInTurn));
  return { rows: indexes.length, right };
}

/** The answer's text. Throws with status and text for any other than 200. */
async function post(
  { url, key, signal }: Endpoint,
  digits: Digits,
  rows: readonly number[],
): Promise<string> {
  const data = rows.map((index) => Array.from(digitPixels(digits, index)));
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ data }),
    signal,
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}: ${text}`);
  return text;
}
