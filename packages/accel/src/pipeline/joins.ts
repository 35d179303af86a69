import { SlipwayError } from '@slipway/contract';
import type { OnnxModel, ValueInfo } from '@slipway/graph/onnx';
import { describeValue, dimsOf, namesOf } from './values.ts';

/** The inputs that callers must give: of old models, all weights are inputs, too. */
export function freeInputs({ graph }: OnnxModel): readonly ValueInfo[] {
  const given = new Set(graph.initializers.map(({ name }) => name));
  return graph.inputs.filter(({ name }) => !given.has(name));
}

/**
 * Which output of the featurizer each input of the head takes: as asked, by name, or the only one. Throws
 * `invalid_argument` where that is not clear, or where types or shapes differ.
 */
export function joinsOf(
  featurizer: OnnxModel,
  head: OnnxModel,
  asked: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const outputs = featurizer.graph.outputs;
  const inputs = freeInputs(head);
  if (inputs.length === 0) throw invalid('the head takes no input');
  for (const input of Object.keys(asked)) {
    if (!namesOf(inputs).includes(input)) {
      throw invalid(`the head has no input "${input}"; it has ${namesOf(inputs).join(', ')}`);
    }
  }
  return Object.fromEntries(inputs.map((input) => [input.name ?? '', join(input, inputs, outputs, asked)]));
}

function join(
  input: ValueInfo,
  inputs: readonly ValueInfo[],
  outputs: readonly ValueInfo[],
  asked: Readonly<Record<string, string>>,
): string {
  const { name = '' } = input;
  const wanted = Object.hasOwn(asked, name) ? asked[name] : undefined;
  const named = outputs.find((output) => output.name === (wanted ?? name));
  const only = wanted === undefined && inputs.length === 1 && outputs.length === 1 ? outputs[0] : undefined;
  const output = named ?? only;
  if (output === undefined) {
    throw invalid(
      `nothing says what the head's input "${name}" takes: the featurizer gives ${namesOf(outputs).join(', ')}${wanted === undefined ? '' : `, not "${wanted}"`}`,
    );
  }
  checkJoin(output, input);
  return output.name ?? '';
}

function checkJoin(output: ValueInfo, input: ValueInfo): void {
  const [made, taken] = [output.type, input.type];
  const sameType =
    made?.kind === taken?.kind &&
    (made?.kind !== 'tensor' || taken?.kind !== 'tensor' || made.elementType === taken.elementType);
  if (sameType && fits(dimsOf(output), dimsOf(input))) return;
  throw invalid(
    `the featurizer's output "${output.name}" is ${describeValue(output)}, and the head's input "${input.name}" takes ${describeValue(input)}`,
  );
}

function fits(made: ReturnType<typeof dimsOf>, taken: ReturnType<typeof dimsOf>): boolean {
  if (made === undefined || taken === undefined) return true;
  if (made.length !== taken.length) return false;
  return made.every(({ size }, axis) => {
    const other = taken[axis]?.size;
    return typeof size !== 'number' || typeof other !== 'number' || size === other;
  });
}

function invalid(why: string): SlipwayError {
  return new SlipwayError('invalid_argument', `head: ${why}.`, { details: { field: 'head' } });
}
