import type { Signature, TensorSpec } from '@slipway/contract';
import { describeSpec, quoteAll } from './fit-inputs.ts';

/** Everything in which declared labels do not fit the model's own outputs. */
export function labelProblems(
  { outputs }: Signature,
  labels: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  return [...labels].flatMap(([output, names]) => {
    const spec = outputs.find(({ name }) => name === output);
    if (spec !== undefined)
      return misfits(spec, names.length).map((problem) => `outputs.${output} ${problem}`);
    return [
      `outputs.${output} is no output of the model, which has ${quoteAll(outputs.map(({ name }) => name))}`,
    ];
  });
}

function misfits(spec: TensorSpec, count: number): readonly string[] {
  const but = `but the model gives ${describeSpec(spec)}`;
  const classes = spec.shape.at(-1);
  if (classes === undefined || spec.datatype === 'BYTES')
    return [`has labels, which are for scores of classes, ${but}`];
  return typeof classes !== 'number' || classes === count ? [] : [`has ${count} labels, ${but}`];
}
