import {
  type Datatype,
  elementCount,
  SlipwayError,
  type Tensor,
  type TensorData,
  type TensorSpec,
} from '@slipway/contract';
import { rawElements } from '../../models/elements.ts';
import { acceptedNames, keyOf, renamed } from '../tensor-names.ts';
import { MAX_BYTES_ELEMENTS, readBytesTensor, wrongStringCount } from './bytes-tensor.ts';
import { bytesPerElement } from './datatypes.ts';
import { hasBatchAxis, type OipModel } from './model.ts';
import { invalid, listNames } from './refusals.ts';
import { showShape } from './shape.ts';

/** An input as a request holds it: elements that are decoded already, or the bytes of the raw form. */
export interface GivenInput {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly content: InputContent;
}

export type InputContent =
  | { readonly form: 'raw'; readonly bytes: Uint8Array }
  | { readonly form: 'elements'; readonly data: TensorData };

/**
 * A request's inputs as tensors in the model's order if they fit its signature; else the error, in the order and the
 * words of the stock server. Raw elements stay where they are if they are aligned.
 */
export function checkInputs(model: OipModel, given: readonly GivenInput[]): readonly Tensor[] | SlipwayError {
  const ordered = orderInputs(model, given);
  if (ordered instanceof SlipwayError) return ordered;
  const misfit = checkBatch(model, ordered) ?? checkSpecs(model, ordered);
  if (misfit !== undefined) return misfit;
  const tensors: Tensor[] = [];
  for (const [index, input] of ordered.entries()) {
    const tensor = toTensor(model, input);
    if (tensor instanceof SlipwayError) return tensor;
    tensors.push(renamed(tensor, model.signature.inputs[index]?.name ?? input.name));
  }
  return tensors;
}

function orderInputs(model: OipModel, given: readonly GivenInput[]): readonly GivenInput[] | SlipwayError {
  const specs = model.signature.inputs;
  const known = acceptedNames(model.signature).inputs;
  const byTensor = new Map<string, GivenInput>();
  for (const input of given) {
    const tensor = known.get(input.name)?.spec.name ?? input.name;
    if (byTensor.has(tensor)) return invalid(`input '${input.name}' already exists in request`);
    byTensor.set(tensor, input);
  }
  if (given.length !== specs.length) return wrongCount(model, byTensor);
  const ordered: GivenInput[] = [];
  for (const { name } of specs) {
    const input = byTensor.get(name);
    if (input !== undefined) ordered.push(input);
    byTensor.delete(name);
  }
  for (const { name } of byTensor.values()) {
    const all = listNames(specs.map(keyOf));
    return invalid(`unexpected inference input '${name}' for ${of(model)}. Its input(s) are ${all}.`);
  }
  return ordered;
}

function wrongCount(model: OipModel, byTensor: ReadonlyMap<string, GivenInput>): SlipwayError {
  const { inputs } = model.signature;
  const missing = inputs.filter(({ name }) => !byTensor.has(name)).map(keyOf);
  const names = [...byTensor.values()].map(({ name }) => name);
  const got = `Got input(s) ${listNames(names)}`;
  return invalid(
    `expected ${inputs.length} inputs but got ${names.length} inputs for ${of(model)}. ${got}, but missing required input(s) ${listNames(missing)}. Please provide all required input(s).`,
  );
}

/** `inputs` are in the order of the signature from here on. */
function checkBatch(model: OipModel, inputs: readonly GivenInput[]): SlipwayError | undefined {
  if (!hasBatchAxis(model.signature)) return undefined;
  const size = inputs[0]?.shape[0];
  for (const { name, shape } of inputs) {
    if (shape.length === 0) {
      return invalid(`input '${name}' has no shape but model requires batch dimension for '${model.name}'`);
    }
    if (shape[0] !== size) {
      return invalid(`input '${name}' batch size does not match other inputs for '${model.name}'`);
    }
  }
  return undefined;
}

function checkSpecs(model: OipModel, inputs: readonly GivenInput[]): SlipwayError | undefined {
  for (const [index, spec] of model.signature.inputs.entries()) {
    const input = inputs[index];
    const problem = input && checkSpec(model, spec, input);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function checkSpec(model: OipModel, spec: TensorSpec, input: GivenInput): SlipwayError | undefined {
  const { name, datatype, shape } = input;
  if (datatype !== spec.datatype) {
    return invalid(
      `inference input '${name}' data-type is '${datatype}', but ${of(model)} expects '${spec.datatype}'`,
    );
  }
  const fits =
    shape.length === spec.shape.length &&
    spec.shape.every((size, axis) => typeof size !== 'number' || size === shape[axis]);
  if (fits) return undefined;
  const expected = showShape(openSizes(spec));
  return invalid(
    `unexpected shape for ${inputOf(model, name)}. Expected ${expected}, got ${showShape(shape)}.`,
  );
}

/** A shape as the protocol tells it: -1 where the size is open. */
export function openSizes({ shape }: TensorSpec): readonly number[] {
  return shape.map((size) => (typeof size === 'number' ? size : -1));
}

function toTensor(model: OipModel, input: GivenInput): Tensor | SlipwayError {
  const { name, datatype, shape, content } = input;
  const data =
    datatype === 'BYTES'
      ? stringElements(content, elementCount(shape), inputOf(model, name))
      : denseElements(content, datatype, elementCount(shape), inputOf(model, name));
  return data instanceof SlipwayError ? data : { name, datatype, shape, data };
}

function stringElements(content: InputContent, count: number, where: string): TensorData | SlipwayError {
  if (count > MAX_BYTES_ELEMENTS) {
    return invalid(`${where} has ${count} string elements; at most ${MAX_BYTES_ELEMENTS} are taken`);
  }
  if (content.form === 'raw') return readBytesTensor(content.bytes, count, where);
  const got = content.data.length;
  return got === count ? content.data : wrongStringCount(got, count, where);
}

function denseElements(
  content: InputContent,
  datatype: Exclude<Datatype, 'BYTES'>,
  count: number,
  where: string,
): TensorData | SlipwayError {
  const size = bytesPerElement(datatype);
  const got = content.form === 'raw' ? content.bytes.length : content.data.length * size;
  if (got !== count * size) {
    return invalid(`input byte size mismatch for ${where}. Expected ${count * size}, got ${got}`);
  }
  return content.form === 'raw' ? rawElements(content.bytes, datatype) : content.data;
}

function of(model: OipModel): string {
  return `model '${model.name}'`;
}

function inputOf(model: OipModel, name: string): string {
  return `input '${name}' for ${of(model)}`;
}
