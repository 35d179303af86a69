import { SlipwayError, type Tensor } from '@slipway/contract';
import { asBuffer } from '../../../../json/cursor.ts';
import { finishJson, putText, startJson } from '../../../../json/output.ts';
import { putGeneralSingle } from '../../../../json/write-g-format.ts';
import { putString } from '../../../../json/write-strings.ts';
import { type Classification, readAnswer } from '../../answers.ts';
import type { ExampleCall } from './decode-examples.ts';
import { putComma } from './write-values.ts';

/**
 * Writes `{"results": …}`: for a classification a list of `[label, score]` for each example, for a regression a number.
 * `invalid_argument` with the stock server's text if the outputs do not have a row for each example.
 */
export function encodeAnswer(outputs: readonly Tensor[], call: ExampleCall): Buffer | SlipwayError {
  const answer = readAnswer(outputs, call.answer, call.examples);
  if (answer instanceof SlipwayError) return answer;
  return answer.method === 'classify' ? encodeClasses(answer.results) : encodeValues(answer.results);
}

function encodeClasses(results: readonly (readonly Classification[])[]): Buffer {
  const output = startJson();
  putText(output, '{"results":[');
  results.forEach((classes, example) => {
    putComma(output, example);
    putText(output, '[');
    classes.forEach(({ label, score }, index) => {
      putComma(output, index);
      putText(output, '[');
      putString(output, asBuffer(label).toString('utf8'));
      putText(output, ',');
      putGeneralSingle(output, score);
      putText(output, ']');
    });
    putText(output, ']');
  });
  putText(output, ']}');
  return finishJson(output);
}

function encodeValues(results: readonly number[]): Buffer {
  const output = startJson();
  putText(output, '{"results":[');
  results.forEach((value, example) => {
    putComma(output, example);
    putGeneralSingle(output, value);
  });
  putText(output, ']}');
  return finishJson(output);
}
