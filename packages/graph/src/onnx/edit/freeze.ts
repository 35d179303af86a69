import { GraphError } from '../../graph-error.ts';
import { type ElementType, elementBits } from '../element-types.ts';
import type { OnnxModel, Tensor, ValueInfo } from '../model.ts';

/** Since this version of the format, initializers need not be inputs, too. */
const FREE_INITIALIZERS = 4;

/**
 * The model with weights that nobody else can give: initializers are inputs no longer, and the named inputs, switches
 * such as `is_training`, stay what they are said to be. Throws `invalid_argument` as `freezeInput` does.
 */
export function freeze(
  model: OnnxModel,
  switches: Readonly<Record<string, boolean | number>> = {},
): OnnxModel {
  let frozen = model;
  for (const [name, value] of Object.entries(switches)) frozen = freezeInput(frozen, name, value);
  const { graph } = frozen;
  const given = new Set(graph.initializers.map(({ name }) => name));
  return {
    ...frozen,
    irVersion: Math.max(frozen.irVersion ?? 0, FREE_INITIALIZERS),
    graph: { ...graph, inputs: graph.inputs.filter(({ name }) => !given.has(name)) },
  };
}

/**
 * The model with an input of one element as a constant. Throws `invalid_argument` for a name that is no input, an input of
 * more elements, and a value that its type does not have.
 */
export function freezeInput(model: OnnxModel, name: string, value: boolean | number): OnnxModel {
  const { graph } = model;
  const input = graph.inputs.find((each) => each.name === name);
  if (input === undefined) {
    const names = graph.inputs.map((each) => each.name).join(', ');
    throw new GraphError('invalid_argument', `The model has no input ${name}; it has ${names || 'none'}.`);
  }
  const constant = scalar(input, value);
  return {
    ...model,
    irVersion: Math.max(model.irVersion ?? 0, FREE_INITIALIZERS),
    graph: {
      ...graph,
      inputs: graph.inputs.filter((each) => each !== input),
      initializers: [...graph.initializers.filter((each) => each.name !== name), constant],
    },
  };
}

function scalar(input: ValueInfo, value: boolean | number): Tensor {
  const { name = '', type } = input;
  const sizes = type?.kind === 'tensor' ? (type.shape?.dims ?? []).map(({ size }) => size) : undefined;
  if (type?.kind !== 'tensor' || type.elementType === undefined || sizes?.some((size) => size !== 1)) {
    const why = `The input ${name} is no switch: it takes more than one element, or of no type that is known.`;
    throw new GraphError('invalid_argument', `${why} Cut the model behind it instead.`);
  }
  const bytes = elementOf(type.elementType, value);
  if (bytes === undefined) {
    throw new GraphError(
      'invalid_argument',
      `The input ${name} is ${type.elementType}, and cannot be ${value}.`,
    );
  }
  const dims = (sizes ?? []).map(() => 1);
  return { name, elementType: type.elementType, dims, data: { form: 'raw', bytes }, metadata: [] };
}

/** Little endian; `undefined` for what the type does not have exactly. */
function elementOf(type: ElementType, value: boolean | number): Uint8Array | undefined {
  const view = new DataView(new ArrayBuffer(elementBits(type) / 8));
  const number = Number(value);
  if (
    (typeof value === 'boolean') !== (type === 'bool') &&
    !(type === 'bool' && (number === 0 || number === 1))
  )
    return undefined;
  switch (type) {
    case 'bool':
      view.setUint8(0, number);
      break;
    case 'float':
      view.setFloat32(0, number, true);
      break;
    case 'double':
      view.setFloat64(0, number, true);
      break;
    case 'int32':
      if (number !== (number | 0)) return undefined;
      view.setInt32(0, number, true);
      break;
    case 'int64':
      if (!Number.isSafeInteger(number)) return undefined;
      view.setBigInt64(0, BigInt(number), true);
      break;
    default:
      return undefined;
  }
  return new Uint8Array(view.buffer);
}
