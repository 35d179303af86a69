import type { SlipwayError } from '@slipway/contract';
import { refuseClassification } from './classification.ts';
import type { OipModel } from './model.ts';
import { invalid } from './refusals.ts';

/** How a request wants one output. */
export interface OutputWish {
  readonly name: string;
  /** As raw bytes and not as JSON; on gRPC always. */
  readonly binary: boolean;
  /** Classes to answer for each row in place of the output itself; 0: the output itself. */
  readonly classes: number;
}

/**
 * The wishes for all outputs that the answer will have, in its order: those that were asked for, or else all of the
 * model, `binary` or not. The error says which cannot be met; it is known before the model runs.
 */
export function checkOutputs(
  model: OipModel,
  wishes: readonly OutputWish[],
  binary: boolean,
): readonly OutputWish[] | SlipwayError {
  const { outputs } = model.signature;
  const asked = wishes.length > 0 ? wishes : outputs.map(({ name }) => ({ name, binary, classes: 0 }));
  const seen = new Set<string>();
  for (const wish of asked) {
    if (seen.has(wish.name)) return invalid(`output '${wish.name}' already exists in request`);
    seen.add(wish.name);
    const problem = checkOutput(model, wish);
    if (problem !== undefined) return problem;
  }
  return asked;
}

function checkOutput(model: OipModel, { name, binary, classes }: OutputWish): SlipwayError | undefined {
  const spec = model.signature.outputs.find((output) => output.name === name);
  if (spec === undefined) {
    return invalid(`unexpected inference output '${name}' for model '${model.name}'`);
  }
  const { datatype } = spec;
  if (classes > 0) return refuseClassification(datatype);
  if (binary || (datatype !== 'FP16' && datatype !== 'BF16')) return undefined;
  return invalid(
    `sending ${datatype} data via JSON is not supported. Please use the binary data format for output ${name}`,
  );
}
