import { SlipwayError } from '@slipway/contract';
import type { OnnxModel } from '@slipway/graph/onnx';
import { fp32Outputs } from './inputs/model-ends.ts';

/** The output of scores, or why there is none to measure agreement with. */
export type FoundScores = { readonly output: string } | { readonly why: string };

/**
 * The output whose last axis are scores of classes: the one that is named, or the only FP32 output. Throws
 * `invalid_argument`, with the names of all, for a name that no FP32 output has.
 */
export function findScores(model: OnnxModel, named: string | null | undefined): FoundScores {
  if (named === null) return { why: 'its outputs are no scores of classes' };
  const outputs = fp32Outputs(model);
  const names = outputs.map(({ name }) => name);
  if (named !== undefined) {
    if (names.includes(named)) return { output: named };
    const field = 'scores';
    const said = `${field}: the model has no FP32 output "${named}". It has ${names.join(', ')}.`;
    throw new SlipwayError('invalid_argument', said, { details: { field, outputs: names } });
  }
  const [only, ...others] = outputs;
  if (only === undefined) return { why: 'the model has no FP32 output' };
  if (others.length > 0)
    return { why: 'the model has several FP32 outputs, and none is named as its scores' };
  const classes = only.dims.at(-1);
  if (only.dims.length > 0 && (classes === undefined || classes > 1)) return { output: only.name };
  return { why: `its output ${only.name} has one value, and no classes` };
}
