import { SlipwayError, type Tensor } from '@slipway/contract';
import { finishJson, type JsonOutput, putText, startJson } from '../../../../json/output.ts';
import { putString } from '../../../../json/write-strings.ts';
import type { PredictFormat } from './predict-call.ts';
import { invalid } from './refusals.ts';
import { putComma, putValues, type ValueWriter, valueWriter } from './write-values.ts';

/** An output and the way to write it. */
interface NamedWriter {
  readonly name: string;
  readonly writer: ValueWriter;
}

/**
 * Writes the answer in the format of its request: `{"predictions": [one for each instance]}`, or `{"outputs": …}`; an
 * only output bare, several under their names. `invalid_argument` with the stock server's text if the outputs cannot be
 * told apart by instance, or cannot be written.
 */
export function encodePredict(outputs: readonly Tensor[], format: PredictFormat): Buffer | SlipwayError {
  if (outputs.length === 0) return invalid('Cannot convert empty tensor map to JSON');
  const rows = format === 'row' ? batchSize(outputs) : 0;
  if (rows instanceof SlipwayError) return rows;
  const writers: NamedWriter[] = [];
  for (const tensor of outputs) {
    const writer = valueWriter(tensor);
    if (writer instanceof SlipwayError) return writer;
    writers.push({ name: tensor.name, writer });
  }
  const output = startJson();
  if (format === 'row') putRows(output, writers, rows);
  else putColumns(output, writers);
  return finishJson(output);
}

function batchSize(outputs: readonly Tensor[]): number | SlipwayError {
  let rows: number | undefined;
  for (const { name, shape } of outputs) {
    const [size] = shape;
    if (size === undefined) return invalid(`Tensor name: ${name} has no shape information `);
    if (rows !== undefined && size !== rows) {
      return invalid(`Tensor name: ${name} has inconsistent batch size: ${size} expecting: ${rows}`);
    }
    rows = size;
  }
  return rows ?? 0;
}

function putRows(output: JsonOutput, writers: readonly NamedWriter[], rows: number): void {
  putText(output, '{"predictions":[');
  for (let row = 0; row < rows; row += 1) {
    putComma(output, row);
    putAll(output, writers, 1);
  }
  putText(output, ']}');
}

function putColumns(output: JsonOutput, writers: readonly NamedWriter[]): void {
  putText(output, '{"outputs":');
  putAll(output, writers, 0);
  putText(output, '}');
}

/** Writes what lies below `axis` of each output. */
function putAll(output: JsonOutput, writers: readonly NamedWriter[], axis: number): void {
  const [only, ...others] = writers;
  if (only !== undefined && others.length === 0) {
    putValues(output, only.writer, axis);
    return;
  }
  putText(output, '{');
  writers.forEach(({ name, writer }, index) => {
    putComma(output, index);
    putString(output, name);
    putText(output, ':');
    putValues(output, writer, axis);
  });
  putText(output, '}');
}
