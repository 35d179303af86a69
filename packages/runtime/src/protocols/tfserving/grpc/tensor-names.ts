import { type Signature, SlipwayError, type Tensor, type TensorSpec } from '@slipway/contract';
import {
  answerNaming,
  findTensor,
  keyOf,
  type NamedSpec,
  type Naming,
  publicName,
  renamed,
} from '../../tensor-names.ts';

/** What the aliases stand for, in a model with just one: Azure's preview clients know no other names. */
const INPUT_ALIAS = 'images';
const OUTPUT_ALIAS = 'output_alias';

/** The tensors of a request under the model's names, and the names for its outputs. */
export interface NamedTensors {
  readonly inputs: readonly Tensor[];
  /** Outputs that the model is to give. */
  readonly outputs: readonly string[];
  /** The same outputs under the names that the caller knows them by. */
  nameOutputs(outputs: readonly Tensor[]): readonly Tensor[];
}

/**
 * Finds what a request's names mean. An answer holds what the filter names, under those names; without a filter all
 * outputs, named in the way of the inputs; with `both`, under the alias too. The errors are the stock server's.
 */
export function resolveNames(
  { inputs: inputSpecs, outputs: outputSpecs }: Signature,
  given: readonly Tensor[],
  filter: readonly string[],
  both: boolean,
): NamedTensors | SlipwayError {
  const resolved = given.map(({ name }) => resolve(name, inputSpecs, INPUT_ALIAS));
  const known = resolved.filter((one) => one !== undefined);
  const problem = wrongInputs(inputSpecs, given, resolved);
  if (problem !== undefined) return problem;
  const inputs = given.map((tensor, index) => renamed(tensor, known[index]?.spec.name ?? tensor.name));
  if (filter.length > 0) {
    const wanted = resolveFilter(outputSpecs, filter);
    if (wanted instanceof SlipwayError) return wanted;
    return { inputs, outputs: [...new Set(wanted)], nameOutputs: (all) => pick(all, wanted, filter) };
  }
  const naming = answerNaming(known, 'own');
  return {
    inputs,
    outputs: outputSpecs.map(({ name }) => name),
    nameOutputs: (all) => {
      const aliased = both || naming === 'key';
      return all.flatMap((output) => publish(output, outputSpecs, naming, aliased));
    },
  };
}

function resolve(name: string, specs: readonly TensorSpec[], alias: string): NamedSpec | undefined {
  const found = findTensor(specs, name);
  if (found !== undefined || name !== alias) return found;
  const [only, ...others] = specs;
  return only === undefined || others.length > 0 ? undefined : { spec: only, naming: 'key' };
}

function wrongInputs(
  specs: readonly TensorSpec[],
  given: readonly Tensor[],
  resolved: readonly (NamedSpec | undefined)[],
): SlipwayError | undefined {
  const found = new Set(resolved.map((one) => one?.spec));
  const extra = given.filter((_, index) => resolved[index] === undefined).map(({ name }) => name);
  if (given.length !== specs.length) {
    const missing = specs.filter((spec) => !found.has(spec)).map(keyOf);
    return invalid(
      `input size does not match signature: ${given.length}!=${specs.length} len(${set(given.map(({ name }) => name))}) != len(${setOf(specs)}). Sent extra: ${set(extra)}. Missing but required: ${set(missing)}.`,
    );
  }
  if (extra.length === 0) return undefined;
  return invalid(
    `input tensor alias not found in signature: ${extra[0]}. Inputs expected to be in the set ${setOf(specs)}.`,
  );
}

function resolveFilter(
  specs: readonly TensorSpec[],
  filter: readonly string[],
): readonly string[] | SlipwayError {
  const names: string[] = [];
  const seen = new Set<string>();
  for (const alias of filter) {
    const found = resolve(alias, specs, OUTPUT_ALIAS);
    if (found === undefined) {
      return invalid(
        `output tensor alias not found in signature: ${alias} Outputs expected to be in the set ${setOf(specs)}.`,
      );
    }
    if (seen.has(alias)) return invalid(`duplicate output tensor alias: ${alias}`);
    seen.add(alias);
    names.push(found.spec.name);
  }
  return names;
}

function pick(
  all: readonly Tensor[],
  wanted: readonly string[],
  filter: readonly string[],
): readonly Tensor[] {
  return filter.flatMap((alias, index) => {
    const output = all.find(({ name }) => name === wanted[index]);
    return output === undefined ? [] : [renamed(output, alias)];
  });
}

/**
 * An output under its tensor name, and for whoever knows tensors by aliases also under its key; where it is alone and
 * has none, under the alias that Azure's preview clients know.
 */
function publish(
  output: Tensor,
  specs: readonly TensorSpec[],
  naming: Naming,
  aliased: boolean,
): readonly Tensor[] {
  const spec = specs.find(({ name }) => name === output.name);
  if (spec === undefined) return [output];
  const named = renamed(output, publicName(spec, naming === 'key' ? 'own' : naming));
  const alias = spec.alias ?? (specs.length === 1 ? OUTPUT_ALIAS : undefined);
  return !aliased || alias === undefined || named.name === alias ? [named] : [named, renamed(output, alias)];
}

function setOf(specs: readonly TensorSpec[]): string {
  return set(specs.map(keyOf));
}

function set(names: readonly string[]): string {
  return `{${[...names].sort().join(',')}}`;
}

function invalid(message: string): SlipwayError {
  return new SlipwayError('invalid_argument', message);
}
