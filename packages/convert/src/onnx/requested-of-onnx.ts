import type { ConvertJobRequest, ImageInput } from '@slipway/contract';
import { GraphError, inferTypes, type OnnxModel, type TensorType, type ValueInfo } from '@slipway/graph/onnx';
import type { Requested, RequestedTensor } from '../source/requested.ts';

/** Where a conversion to ONNX writes by which keys callers know tensors. */
export const ALIASES = { inputs: 'tensorflow.inputs', outputs: 'tensorflow.outputs' } as const;

/** Names that a message tells. */
const NAMED = 20;

/** What ONNX Runtime calls what ONNX calls otherwise. */
const ELEMENTS: Readonly<Record<string, string>> = { float: 'float32', double: 'float64' };

/** Tensors that may be asked for, by the names that they have in the model. */
interface Choice {
  readonly kind: 'input' | 'output';
  readonly ends: readonly RequestedTensor[];
  readonly inner: ReadonlyMap<string, TensorType | undefined>;
}

/**
 * What is asked of an ONNX model: tensors by their names, with `:0` or without, and by the keys that callers know; images
 * by the name under which they are sent. All ends of the model where nothing is asked. Throws `GraphError`
 * (`invalid_argument`) with the names that there are.
 */
export function requestedOfOnnx(
  model: OnnxModel,
  images: readonly ImageInput[],
  { inputs, outputs }: Pick<ConvertJobRequest, 'inputs' | 'outputs'>,
): Requested {
  const types = inferTypes(model);
  const inner = new Map(
    model.graph.nodes.flatMap((node) => node.outputs.filter(Boolean).map((name) => [name, types.get(name)])),
  );
  // Of images, the tensor of their pixels can be named as well.
  const pixels = model.graph.inputs.map(({ name = '' }) => [name, types.get(name)] as const);
  const taken = {
    kind: 'input',
    ends: inputsOf(model, images),
    inner: new Map([...inner, ...pixels]),
  } as const;
  const given = {
    kind: 'output',
    ends: endsOf(model.graph.outputs, keysIn(model, 'outputs')),
    inner,
  } as const;
  return {
    signature: null,
    tags: [],
    inputs: inputs === undefined ? taken.ends : chosen(taken, inputs),
    outputs: outputs === undefined ? given.ends : chosen(given, outputs),
  };
}

/** The inputs as callers see them: encoded images where the model takes their pixels. */
function inputsOf(model: OnnxModel, images: readonly ImageInput[]): readonly RequestedTensor[] {
  const keys = keysIn(model, 'inputs');
  return endsOf(model.graph.inputs, keys).map((tensor) => {
    const image = images.find(({ input }) => input === tensor.name);
    if (image === undefined) return tensor;
    return { name: image.name, alias: keys.get(image.name) ?? image.name, dtype: 'string', shape: [null] };
  });
}

function endsOf(infos: readonly ValueInfo[], keys: ReadonlyMap<string, string>): readonly RequestedTensor[] {
  return infos.map(({ name = '', type }) =>
    described(name, keys.get(name) ?? name, type?.kind === 'tensor' ? type : undefined),
  );
}

function described(name: string, alias: string, type: TensorType | undefined): RequestedTensor {
  const element = type?.elementType;
  const dims = type?.shape?.dims;
  return {
    name,
    alias,
    dtype: element === undefined ? null : (ELEMENTS[element] ?? element),
    shape: dims?.map(({ size }) => (typeof size === 'number' ? size : null)) ?? null,
  };
}

function chosen(choice: Choice, asked: readonly string[]): readonly RequestedTensor[] {
  const found = asked.map((name) => find(choice, name));
  const twice = found.find(({ name }, index) => found.findIndex((each) => each.name === name) < index);
  if (twice === undefined) return found;
  throw new GraphError(
    'invalid_argument',
    `The ${choice.kind} "${twice.name}" is named twice. Name it once.`,
  );
}

function find({ kind, ends, inner }: Choice, asked: string): RequestedTensor {
  const bare = asked.replace(/:0$/, '');
  for (const name of [asked, `${bare}:0`, bare]) {
    const end = ends.find((each) => each.name === name) ?? ends.find((each) => each.alias === name);
    if (end !== undefined) return end;
    if (inner.has(name)) return described(name, name, inner.get(name));
  }
  const names = ends.map(({ name, alias }) => (alias === name ? `"${name}"` : `"${name}" (${alias})`));
  const told = names.slice(0, NAMED).join(', ');
  const more = names.length > NAMED ? `, and ${names.length - NAMED} more` : '';
  throw new GraphError(
    'invalid_argument',
    `The graph has no tensor "${asked}". Its ${kind}s are ${told}${more}; tensors that its nodes make can be named, too.`,
  );
}

/** Keys by tensor; metadata of another maker say nothing. */
function keysIn({ metadata }: OnnxModel, ends: keyof typeof ALIASES): ReadonlyMap<string, string> {
  const text = metadata.find(({ key }) => key === ALIASES[ends])?.value;
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    if (typeof value !== 'object' || value === null) return new Map();
    return new Map(
      Object.entries(value).flatMap(([alias, name]) =>
        typeof name === 'string' ? [[name, alias] as const] : [],
      ),
    );
  } catch {
    return new Map();
  }
}
