import { type DenseDatatype, SlipwayError } from '@slipway/contract';
import type { OnnxModel } from '@slipway/graph/onnx';
import type { ImageFile } from '../../samples/find-images.ts';
import type { Feeds } from '../../session/open-model.ts';
import type { Samples } from '../samples.ts';
import { datatypeOf, inputsOf, type ModelEnd } from './model-ends.ts';
import { type FoundTensor, type FoundTensors, readTensorFile } from './tensor-files.ts';

/** Files of tensors as samples, one a file: for models that take no images. */
export function tensorSamples(
  files: readonly Pick<ImageFile, 'name' | 'path'>[],
  model: OnnxModel,
  description: string,
): Samples {
  const inputs = inputsOf(model);
  return {
    description,
    count: files.length,
    async *read(indices, signal) {
      for (const { path } of indices.flatMap((index) => files[index] ?? [])) {
        signal?.throwIfAborted();
        yield { name: path, feeds: await feedsOf(path, await readTensorFile(path), inputs) };
      }
    },
  };
}

async function feedsOf(path: string, found: FoundTensors, inputs: readonly ModelEnd[]): Promise<Feeds> {
  const named = withNames(path, found, inputs);
  const known = new Set(inputs.map(({ name }) => name));
  const stranger = [...named.keys()].find((name) => !known.has(name));
  if (stranger !== undefined) {
    throw wrong(path, stranger, `the model has no such input. It takes ${[...known].join(', ')}.`);
  }
  const feeds = inputs.map(async (input) => {
    const tensor = named.get(input.name);
    if (tensor === undefined) throw wrong(path, input.name, 'this input of the model is missing.');
    const datatype = datatypeFor(path, tensor, input);
    const shape = shapeFor(path, tensor, input);
    return [input.name, { datatype, shape, data: await tensor.load(datatype) }] as const;
  });
  return Object.fromEntries(await Promise.all(feeds));
}

/** A tensor without a name is that of the only input. */
function withNames(path: string, found: FoundTensors, inputs: readonly ModelEnd[]): FoundTensors {
  const nameless = found.get('');
  const [only, ...others] = inputs;
  if (nameless === undefined || only === undefined) return found;
  if (others.length === 0) return new Map([[only.name, nameless]]);
  const names = inputs.map(({ name }) => name).join(', ');
  throw wrong(path, '', `the model takes ${names}: write .npz or JSON with these names.`);
}

function datatypeFor(path: string, { dtype }: FoundTensor, input: ModelEnd): DenseDatatype {
  const datatype = datatypeOf(input);
  if (datatype === undefined || datatype === 'BYTES' || datatype === 'BF16') {
    throw wrong(
      path,
      input.name,
      `the model takes ${input.elementType ?? 'no tensor'}, which no file holds.`,
    );
  }
  const wanted = NUMPY_NAMES[input.elementType as keyof typeof NUMPY_NAMES] ?? input.elementType;
  if (dtype === undefined || dtype === wanted) return datatype;
  throw wrong(
    path,
    input.name,
    `it is ${dtype}, and the model takes ${wanted}. Save it as array.astype("${wanted}").`,
  );
}

/** Where ONNX and numpy differ. */
const NUMPY_NAMES = { float: 'float32', double: 'float64' } as const;

/** The shape, with a batch of one before it where the file has one sample without. */
function shapeFor(path: string, { shape }: FoundTensor, { name, dims }: ModelEnd): readonly number[] {
  const whole = shape.length === dims.length - 1 ? [1, ...shape] : shape;
  const fits =
    whole.length === dims.length && dims.every((size, axis) => size === undefined || size === whole[axis]);
  if (fits && whole.every((size) => size > 0)) return whole;
  const wanted = dims.map((size) => size ?? '?').join(', ');
  throw wrong(path, name, `its shape is [${shape.join(', ')}], and the model takes [${wanted}].`);
}

function wrong(path: string, field: string, problem: string): SlipwayError {
  const where = field === '' ? path : `${path}, "${field}"`;
  return new SlipwayError('invalid_argument', `${where}: ${problem}`, { details: { path, field } });
}
