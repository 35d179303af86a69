import type { Signature, Tensor, TensorSpec } from '@slipway/contract';

/**
 * How a caller names a tensor: by its key in the signature that a model of TensorFlow had; as the model does; with the
 * `:0` that TensorFlow puts behind an operation's name where the model has none; or without it where the model has it.
 */
export type Naming = 'key' | 'own' | 'suffixed' | 'bare';

/** What a name stands for. */
export interface NamedSpec {
  readonly spec: TensorSpec;
  readonly naming: Naming;
}

/** Tensors by every name that callers may use; names of one tensor stand in the order in which they count. */
export type SpecsByName = ReadonlyMap<string, NamedSpec>;

/** The names that callers may use for the tensors of a model. */
export interface AcceptedNames {
  /** True if the model has keys of a signature. */
  readonly hasKeys: boolean;
  readonly inputs: SpecsByName;
  readonly outputs: SpecsByName;
}

const SUFFIX = ':0';

/** A name with the number of an operation's output, which is the whole name of a tensor. */
const NUMBERED = /:\d+$/;

/** A name that is no tensor's own tells more of what its caller knows; a key tells most. */
const TELLING: readonly Naming[] = ['key', 'bare', 'suffixed'];

/** A model keeps its signature as long as it is served, and is asked with it for every request. */
const accepted = new WeakMap<Signature, AcceptedNames>();

/** The tensor that a name stands for, with `:0` or without. A key counts before all else, as it does in TensorFlow. */
export function findTensor(specs: readonly TensorSpec[], name: string): NamedSpec | undefined {
  const key = specs.find(({ alias }) => alias === name);
  if (key !== undefined) return { spec: key, naming: 'key' };
  const own = named(specs, name);
  if (own !== undefined) return { spec: own, naming: 'own' };
  const full = named(specs, name + SUFFIX);
  if (full !== undefined) return { spec: full, naming: 'bare' };
  const bare = withoutSuffix(name);
  const spec = bare === name ? undefined : named(specs, bare);
  return spec && { spec, naming: 'suffixed' };
}

function named(specs: readonly TensorSpec[], wanted: string): TensorSpec | undefined {
  return specs.find(({ name }) => name === wanted);
}

/** The names of a model's tensors: all that `findTensor` knows where it has keys, and else its own alone. */
export function acceptedNames(signature: Signature): AcceptedNames {
  const known = accepted.get(signature);
  if (known !== undefined) return known;
  const { inputs, outputs } = signature;
  const hasKeys = [...inputs, ...outputs].some(({ alias }) => alias !== undefined);
  const nameAll = hasKeys ? allNames : ownNames;
  const names = { hasKeys, inputs: nameAll(inputs), outputs: nameAll(outputs) };
  accepted.set(signature, names);
  return names;
}

function ownNames(specs: readonly TensorSpec[]): SpecsByName {
  return new Map(specs.map((spec) => [spec.name, { spec, naming: 'own' }]));
}

function allNames(specs: readonly TensorSpec[]): SpecsByName {
  const names = specs.flatMap((spec) => {
    const bare = withoutSuffix(spec.name);
    return [keyOf(spec), spec.name, bare === spec.name ? bare + SUFFIX : bare];
  });
  const found = names.map((name) => [name, findTensor(specs, name)] as const);
  return new Map(found.flatMap(([name, one]) => (one === undefined ? [] : [[name, one] as const])));
}

/** The name by which a tensor is told: its key, or its own where it has none. */
export function keyOf({ name, alias }: TensorSpec): string {
  return alias ?? name;
}

/** The signature as callers are told of it: under its keys. */
export function keyedSignature(signature: Signature): Signature {
  if (!acceptedNames(signature).hasKeys) return signature;
  const keyed = (spec: TensorSpec): TensorSpec => ({ ...spec, name: keyOf(spec), alias: undefined });
  return { inputs: signature.inputs.map(keyed), outputs: signature.outputs.map(keyed) };
}

/**
 * The way to name the outputs for a caller who named the inputs so: by keys if any was named by its key; `otherwise` if
 * nothing was named but what has the same name either way.
 */
export function answerNaming(used: readonly NamedSpec[], otherwise: Naming): Naming {
  const told = TELLING.find((way) => used.some(({ naming }) => naming === way));
  return told ?? (used.some(({ spec }) => spec.alias !== undefined) ? 'own' : otherwise);
}

/** The outputs of a run, each under one name of that way. */
export function nameOutputs(
  outputs: readonly Tensor[],
  signature: Signature,
  naming: Naming,
): readonly Tensor[] {
  if (naming === 'own' || !acceptedNames(signature).hasKeys) return outputs;
  return outputs.map((output) => {
    const spec = signature.outputs.find(({ name }) => name === output.name);
    return renamed(output, spec === undefined ? output.name : publicName(spec, naming));
  });
}

/** The name of a tensor for those who name tensors in this way. */
export function publicName(spec: TensorSpec, naming: Naming): string {
  const { name } = spec;
  switch (naming) {
    case 'key':
      return keyOf(spec);
    case 'own':
      return name;
    case 'suffixed':
      return NUMBERED.test(name) ? name : name + SUFFIX;
    case 'bare':
      return withoutSuffix(name);
  }
}

/** The same tensor under another name. */
export function renamed(tensor: Tensor, name: string): Tensor {
  return tensor.name === name ? tensor : { ...tensor, name };
}

function withoutSuffix(name: string): string {
  return name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : name;
}
