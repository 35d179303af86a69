import { SlipwayError } from '@slipway/contract';

/** One output of an answer. Throws `invalid_argument` if it is not there. */
export function pickOutput(answer: unknown, name: string): unknown {
  const outputs = outputsOf(answer);
  if (Object.hasOwn(outputs, name)) return outputs[name];
  throw new SlipwayError(
    'invalid_argument',
    `The service has no output "${name}": it answered with ${Object.keys(outputs).join(', ') || 'none'}.`,
    { details: { field: 'output' } },
  );
}

/** The only output of an answer. Throws `invalid_argument` if there are several. */
export function onlyOutput(answer: unknown): unknown {
  const entries = Object.entries(outputsOf(answer));
  const [only, ...others] = entries;
  if (only !== undefined && others.length === 0) return only[1];
  throw new SlipwayError(
    'invalid_argument',
    `The service answered with ${entries.map(([name]) => name).join(', ') || 'no outputs'}: say by --output which one holds the scores.`,
    { details: { field: 'output' } },
  );
}

function outputsOf(answer: unknown): Readonly<Record<string, unknown>> {
  return typeof answer === 'object' && answer !== null && 'outputs' in answer ? Object(answer.outputs) : {};
}
