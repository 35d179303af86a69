import { elementCount, type Signature, SlipwayError, type Tensor, type TensorSpec } from '@slipway/contract';

/**
 * A request's tensors in the order of the signature if they fit it; else the error that says which input
 * does not, what was expected and what came. Does not look at the elements.
 */
export function fitInputs(signature: Signature, given: readonly Tensor[]): readonly Tensor[] | SlipwayError {
  const ordered = orderInputs(signature.inputs, given);
  if (ordered instanceof SlipwayError) return ordered;
  for (let index = 0; index < ordered.length; index += 1) {
    const problem = fitTensor(signature.inputs[index] as TensorSpec, ordered[index] as Tensor);
    if (problem !== undefined) return problem;
  }
  return disagreeingDimension(signature.inputs, ordered) ?? ordered;
}

function orderInputs(
  specs: readonly TensorSpec[],
  given: readonly Tensor[],
): readonly Tensor[] | SlipwayError {
  if (given.length === specs.length && given.every((tensor, index) => tensor.name === specs[index]?.name)) {
    return given;
  }
  const byName = new Map(given.map((tensor) => [tensor.name, tensor]));
  const missing = specs.filter((spec) => !byName.has(spec.name)).map((spec) => spec.name);
  const known = new Set(specs.map((spec) => spec.name));
  const unknown = [...byName.keys()].filter((name) => !known.has(name));
  if (missing.length > 0 || unknown.length > 0) return wrongNames(specs, missing, unknown);
  if (byName.size < given.length) return givenTwice(given);
  return specs.map((spec) => byName.get(spec.name) as Tensor);
}

function wrongNames(
  specs: readonly TensorSpec[],
  missing: readonly string[],
  unknown: readonly string[],
): SlipwayError {
  const problems = [
    ...(missing.length > 0 ? [`missing: ${quoteAll(missing)}`] : []),
    ...(unknown.length > 0 ? [`unknown: ${quoteAll(unknown)}`] : []),
  ];
  return new SlipwayError(
    'invalid_argument',
    `The inputs do not match the model (${problems.join('; ')}); it takes ${specs.map(describeSpec).join(', ')}.`,
    { details: { missing, unknown } },
  );
}

function givenTwice(given: readonly Tensor[]): SlipwayError {
  const names = given.map((tensor) => tensor.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index) ?? '';
  return new SlipwayError('invalid_argument', `Input "${twice}" is given more than once.`, {
    details: { input: twice },
  });
}

function fitTensor(spec: TensorSpec, tensor: Tensor): SlipwayError | undefined {
  if (tensor.datatype !== spec.datatype) return misfit(spec, tensor, 'the datatype differs');
  if (tensor.shape.length !== spec.shape.length)
    return misfit(spec, tensor, 'the number of dimensions differs');
  for (let axis = 0; axis < spec.shape.length; axis += 1) {
    const size = spec.shape[axis];
    if (typeof size === 'number' && tensor.shape[axis] !== size) {
      return misfit(spec, tensor, `dimension ${axis} must be ${size}`);
    }
  }
  if (tensor.data.length === elementCount(tensor.shape)) return undefined;
  return misfit(spec, tensor, `there are ${tensor.data.length} elements, not ${elementCount(tensor.shape)}`);
}

function misfit(spec: TensorSpec, tensor: Tensor, problem: string): SlipwayError {
  const expected = describeSpec(spec);
  const got = `${tensor.datatype} [${tensor.shape.join(', ')}]`;
  return new SlipwayError(
    'invalid_argument',
    `Input "${spec.name}": ${problem}; expected ${expected}, got ${got}.`,
    {
      details: {
        input: spec.name,
        expected: { datatype: spec.datatype, shape: spec.shape },
        got: { datatype: tensor.datatype, shape: tensor.shape },
      },
    },
  );
}

/** Sizes of one name must be one size in all inputs. */
function disagreeingDimension(
  specs: readonly TensorSpec[],
  tensors: readonly Tensor[],
): SlipwayError | undefined {
  if (specs.length < 2) return undefined;
  const seen = new Map<string, { readonly input: string; readonly size: number }>();
  for (const [index, spec] of specs.entries()) {
    for (const [axis, symbol] of spec.shape.entries()) {
      if (typeof symbol !== 'string') continue;
      const size = tensors[index]?.shape[axis] ?? 0;
      const before = seen.get(symbol);
      if (before === undefined) seen.set(symbol, { input: spec.name, size });
      else if (before.size !== size) return disagreement(symbol, before, { input: spec.name, size });
    }
  }
  return undefined;
}

function disagreement(
  symbol: string,
  one: { readonly input: string; readonly size: number },
  other: { readonly input: string; readonly size: number },
): SlipwayError {
  return new SlipwayError(
    'invalid_argument',
    `The size "${symbol}" is ${one.size} in input "${one.input}" but ${other.size} in input "${other.input}"; it must be the same in both.`,
    { details: { dimension: symbol, inputs: [one, other] } },
  );
}

/** An input or output in a message: `"image" FP32 [batch, 784]`. */
export function describeSpec(spec: TensorSpec): string {
  return `"${spec.name}" ${spec.datatype} [${spec.shape.map((size) => size ?? '?').join(', ')}]`;
}

/** Names in a message. */
export function quoteAll(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
