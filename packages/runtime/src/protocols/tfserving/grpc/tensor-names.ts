import { type Signature, SlipwayError, type Tensor, type TensorSpec } from '@slipway/contract';

/**
 * How a request names its tensors: as the model does; with the `:0` that TensorFlow puts behind an operation's name where
 * the model has none, or without it where the model has it; or by aliases: the keys of the signature that a model of
 * TensorFlow had, and those of Azure's preview clients.
 */
type Naming = 'own' | 'suffixed' | 'bare' | 'alias';

interface Resolved {
  readonly name: string;
  readonly naming: Naming;
}

/** What the aliases stand for, in a model with just one: Azure's preview clients know no other names. */
const INPUT_ALIAS = 'images';
const OUTPUT_ALIAS = 'output_alias';

const SUFFIX = ':0';

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
  const inputs = given.map((tensor, index) => renamed(tensor, known[index]?.name ?? tensor.name));
  if (filter.length > 0) {
    const wanted = resolveFilter(outputSpecs, filter);
    if (wanted instanceof SlipwayError) return wanted;
    return { inputs, outputs: [...new Set(wanted)], nameOutputs: (all) => pick(all, wanted, filter) };
  }
  const naming = known.find((one) => one.naming !== 'own')?.naming ?? 'own';
  return {
    inputs,
    outputs: outputSpecs.map(({ name }) => name),
    nameOutputs: (all) => {
      const aliased = both || naming === 'alias';
      return all.flatMap((output) =>
        publish(output, naming, aliased ? aliasOf(outputSpecs, output) : undefined),
      );
    },
  };
}

function resolve(name: string, specs: readonly TensorSpec[], alias: string): Resolved | undefined {
  const has = (wanted: string) => specs.some((spec) => spec.name === wanted);
  if (has(name)) return { name, naming: 'own' };
  if (has(name + SUFFIX)) return { name: name + SUFFIX, naming: 'bare' };
  const bare = withoutSuffix(name);
  if (bare !== name && has(bare)) return { name: bare, naming: 'suffixed' };
  const [only, ...others] = specs;
  const isAlias = name === alias && only !== undefined && others.length === 0;
  const aliased = specs.find((spec) => spec.alias === name) ?? (isAlias ? only : undefined);
  return aliased === undefined ? undefined : { name: aliased.name, naming: 'alias' };
}

/** The key of the signature; of an output that is alone and has none, the one that Azure's preview clients know. */
function aliasOf(specs: readonly TensorSpec[], { name }: Tensor): string | undefined {
  const alias = specs.find((spec) => spec.name === name)?.alias;
  return alias ?? (specs.length === 1 ? OUTPUT_ALIAS : undefined);
}

function withoutSuffix(name: string): string {
  return name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : name;
}

function wrongInputs(
  specs: readonly TensorSpec[],
  given: readonly Tensor[],
  resolved: readonly (Resolved | undefined)[],
): SlipwayError | undefined {
  const found = new Set(resolved.map((one) => one?.name));
  const extra = given.filter((_, index) => resolved[index] === undefined).map(({ name }) => name);
  if (given.length !== specs.length) {
    const missing = specs.map(({ name }) => name).filter((name) => !found.has(name));
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
    names.push(found.name);
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

/** An output under its tensor name, and under its alias too for whoever knows tensors by aliases. */
function publish(output: Tensor, naming: Naming, alias: string | undefined): readonly Tensor[] {
  const named = renamed(output, publicName(output.name, naming));
  return alias === undefined || named.name === alias ? [named] : [named, renamed(output, alias)];
}

function publicName(name: string, naming: Naming): string {
  switch (naming) {
    case 'own':
    case 'alias':
      return name;
    case 'suffixed':
      return name.endsWith(SUFFIX) ? name : name + SUFFIX;
    case 'bare':
      return withoutSuffix(name);
  }
}

function renamed(tensor: Tensor, name: string): Tensor {
  return tensor.name === name ? tensor : { ...tensor, name };
}

function setOf(specs: readonly TensorSpec[]): string {
  return set(specs.map(({ name }) => name));
}

function set(names: readonly string[]): string {
  return `{${[...names].sort().join(',')}}`;
}

function invalid(message: string): SlipwayError {
  return new SlipwayError('invalid_argument', message);
}
