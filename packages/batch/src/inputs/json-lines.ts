import { createReadStream } from 'node:fs';
import { SlipwayError } from '@slipway/contract';
import { MAX_ROW_BYTES, type Row } from './rows.ts';

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = '\ufeff';

/** The rows of a file of JSON Lines, each as it stands there; empty lines are passed over but counted. */
export async function* readJsonLines(path: string): AsyncGenerator<Row> {
  let row = 0;
  for await (const line of linesOf(path)) {
    row += 1;
    const text = line.toString('utf8');
    const json = (row === 1 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text).trim();
    if (json === '') continue;
    const problem = problemOf(json);
    yield problem === undefined ? { row, json, bytes: line.length + 1 } : { row, reason: problem };
  }
}

function problemOf(json: string): string | undefined {
  try {
    JSON.parse(json);
    return undefined;
  } catch (thrown) {
    return `The line is no JSON: ${(thrown as Error).message}.`;
  }
}

async function* linesOf(path: string): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      rest.push(chunk.subarray(start, end));
      yield rest.length === 1 ? (rest[0] as Buffer) : Buffer.concat(rest);
      rest = [];
      restBytes = 0;
      start = end + 1;
    }
    if (start === chunk.length) continue;
    rest.push(chunk.subarray(start));
    restBytes += chunk.length - start;
    if (restBytes > MAX_ROW_BYTES) throw noLines(path);
  }
  if (restBytes > 0) yield Buffer.concat(rest);
}

function noLines(path: string): SlipwayError {
  return new SlipwayError(
    'invalid_argument',
    `${path} has a line of more than ${MAX_ROW_BYTES} bytes: it is no file of JSON Lines. Write one row a line.`,
  );
}
