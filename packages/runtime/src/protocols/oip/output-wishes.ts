import { SlipwayError, type TensorSpec } from '@slipway/contract';
import { acceptedNames, answerNaming, keyOf, publicName } from '../tensor-names.ts';
import { refuseClassification } from './classification.ts';
import type { OipModel } from './model.ts';
import { invalid, listNames } from './refusals.ts';

/** How a request wants one output. */
export interface GivenWish {
  /** The name that the answer has for it, too. */
  readonly name: string;
  /** As raw bytes and not as JSON; on gRPC always. */
  readonly binary: boolean;
  /** Classes to answer for each row in place of the output itself; 0: the output itself. */
  readonly classes: number;
}

/** A wish that the model can meet. */
export interface OutputWish extends GivenWish {
  /** The output as the model names it. */
  readonly output: string;
}

/**
 * The wishes for all outputs that the answer will have, in its order: those that were asked for, or else all of the
 * model, `binary` or not, named as the request names its inputs. The error says which cannot be met; it is known before
 * the model runs.
 */
export function checkOutputs(
  model: OipModel,
  given: readonly GivenWish[],
  binary: boolean,
  inputNames: readonly string[],
): readonly OutputWish[] | SlipwayError {
  const wishes = given.length > 0 ? findOutputs(model, given) : allOutputs(model, binary, inputNames);
  if (wishes instanceof SlipwayError) return wishes;
  for (const { spec, wish } of wishes) {
    const problem = refuseForm(spec, wish);
    if (problem !== undefined) return problem;
  }
  return wishes.map(({ wish }) => wish);
}

interface FoundWish {
  readonly spec: TensorSpec;
  readonly wish: OutputWish;
}

function findOutputs(model: OipModel, given: readonly GivenWish[]): readonly FoundWish[] | SlipwayError {
  const known = acceptedNames(model.signature).outputs;
  const found = new Map<TensorSpec, FoundWish>();
  for (const wish of given) {
    const spec = known.get(wish.name)?.spec;
    if (spec === undefined) {
      const all = listNames(model.signature.outputs.map(keyOf));
      return invalid(
        `unexpected inference output '${wish.name}' for model '${model.name}'. Its output(s) are ${all}.`,
      );
    }
    if (found.has(spec)) return invalid(`output '${wish.name}' already exists in request`);
    found.set(spec, { spec, wish: { ...wish, output: spec.name } });
  }
  return [...found.values()];
}

function allOutputs(
  { signature }: OipModel,
  binary: boolean,
  inputNames: readonly string[],
): readonly FoundWish[] {
  const { inputs } = acceptedNames(signature);
  const naming = answerNaming(
    inputNames.flatMap((name) => inputs.get(name) ?? []),
    'key',
  );
  return signature.outputs.map((spec) => {
    return { spec, wish: { name: publicName(spec, naming), output: spec.name, binary, classes: 0 } };
  });
}

function refuseForm(
  { datatype }: TensorSpec,
  { name, binary, classes }: GivenWish,
): SlipwayError | undefined {
  if (classes > 0) return refuseClassification(datatype);
  if (binary || (datatype !== 'FP16' && datatype !== 'BF16')) return undefined;
  return invalid(
    `sending ${datatype} data via JSON is not supported. Please use the binary data format for output ${name}`,
  );
}
