// The service's own code: which digit is it, and how sure is that? Deployed by flow.ts, or tried with "slipway dev".
import { join } from 'node:path';
import { type EntryContext, type EntryInit, loadOnnxModel, type OnnxModel } from '@slipway/sdk/entry';

/** Digits as rows of 784 pixels from 0 (paper) to 1 (ink). */
interface Digits {
  readonly data: readonly (readonly number[])[];
}

/** What the model says of each digit. */
interface Predictions {
  readonly result: readonly number[];
  readonly probability: Float32Array;
}

const PIXELS = 784;

export const inputSchema = {
  type: 'object',
  properties: {
    data: {
      type: 'array',
      items: { type: 'array', items: { type: 'number' }, minItems: PIXELS, maxItems: PIXELS },
    },
  },
  required: ['data'],
};

let model: OnnxModel;

export async function init({ modelDir }: EntryInit): Promise<void> {
  model = await loadOnnxModel(join(modelDir, 'digits.onnx'));
  console.log('The model is loaded from', modelDir);
}

export function run({ data }: Digits, { requestId }: EntryContext): Predictions | Response {
  if (!isDigits(data)) {
    return Response.json({ message: `"data" must hold rows of ${PIXELS} numbers.` }, { status: 400 });
  }
  const image = { data: Float32Array.from(data.flat()), shape: [data.length, PIXELS] };
  const probabilities = model.run({ image })['probabilities']?.data as Float32Array;
  const classes = probabilities.length / data.length;
  const rows = data.map((_, row) => probabilities.subarray(row * classes, (row + 1) * classes));
  const result = rows.map((row) => row.indexOf(Math.max(...row)));
  console.log(requestId, 'is', result);
  return { result, probability: Float32Array.from(rows, (row) => Math.max(...row)) };
}

function isDigits(data: unknown): data is Digits['data'] {
  return (
    Array.isArray(data) && data.length > 0 && data.every((row) => Array.isArray(row) && row.length === PIXELS)
  );
}
