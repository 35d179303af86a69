import { SlipwayError, type Tensor } from '@slipway/contract';
import { tensorflowType } from './data-types.ts';
import type { AnswerOutputs } from './signatures.ts';

/** A class of an example. A model without names for its classes gives empty labels, one without scores gives zeros. */
export interface Classification {
  readonly label: Uint8Array;
  readonly score: number;
}

/** What a model says of each example: its classes, or a value. */
export type Answer =
  | { readonly method: 'classify'; readonly results: readonly (readonly Classification[])[] }
  | { readonly method: 'regress'; readonly results: readonly number[] };

const NO_LABEL = new Uint8Array();

/** Reads the answer from a model's outputs; `invalid_argument` with the stock server's text if they do not hold one. */
export function readAnswer(
  outputs: readonly Tensor[],
  names: AnswerOutputs,
  examples: number,
): Answer | SlipwayError {
  const find = (name: string | undefined) => outputs.find((tensor) => tensor.name === name);
  if (names.method === 'regress') return readValues(find(names.values), names.values, examples);
  return readClasses(find(names.classes), find(names.scores), names.labels, examples);
}

function readClasses(
  classes: Tensor | undefined,
  scores: Tensor | undefined,
  declared: readonly string[] | undefined,
  examples: number,
): Answer | SlipwayError {
  const problem =
    (classes && wrongClasses('classes', classes, examples)) ??
    (scores && wrongClasses('scores', scores, examples)) ??
    unequalClasses(classes, scores);
  if (problem !== undefined) return problem;
  const count = (classes ?? scores)?.shape[1] ?? 0;
  const labels = classes?.data as readonly Uint8Array[] | undefined;
  const names = declared?.map((label) => Buffer.from(label));
  const results = Array.from({ length: examples }, (_, example) =>
    Array.from({ length: count }, (_, index): Classification => {
      const at = example * count + index;
      return { label: labels?.[at] ?? names?.[index] ?? NO_LABEL, score: Number(scores?.data[at] ?? 0) };
    }),
  );
  return { method: 'classify', results };
}

function wrongClasses(
  what: 'classes' | 'scores',
  { shape, datatype }: Tensor,
  examples: number,
): SlipwayError | undefined {
  if (shape.length !== 2) {
    return invalid(`Expected Tensor shape: [batch_size num_classes] but got [${shape}]`);
  }
  const isText = datatype === 'BYTES';
  if (isText !== (what === 'classes')) {
    const expected = what === 'classes' ? 'DT_STRING' : 'DT_FLOAT';
    return invalid(`Expected ${what} Tensor of ${expected}. Got: ${tensorflowType(datatype).dtype}`);
  }
  if (shape[0] === examples) return undefined;
  return invalid(`Expected ${what} output batch size of ${examples}. Got: ${shape[0]}`);
}

function unequalClasses(classes: Tensor | undefined, scores: Tensor | undefined): SlipwayError | undefined {
  const [one, other] = [classes?.shape[1], scores?.shape[1]];
  if (one === undefined || other === undefined || one === other) return undefined;
  return invalid(`Tensors class and score should match in dim_size(1). Got ${one} vs. ${other}`);
}

function readValues(output: Tensor | undefined, name: string, examples: number): Answer | SlipwayError {
  if (output === undefined) return invalid(`Could not find output tensor '${name}'`);
  const { shape, data } = output;
  if (shape.length !== 1 && !(shape.length === 2 && shape[1] === 1)) {
    return invalid(
      `Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but got [${shape}]`,
    );
  }
  if (shape[0] !== examples) {
    return invalid(`Input batch size did not match output batch size: ${examples} vs. ${shape[0]}`);
  }
  return { method: 'regress', results: Array.from({ length: examples }, (_, index) => Number(data[index])) };
}

function invalid(text: string): SlipwayError {
  return new SlipwayError('invalid_argument', text);
}
