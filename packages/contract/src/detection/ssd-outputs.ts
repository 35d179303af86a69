import { SlipwayError } from '../errors.ts';
import type { Tensor } from '../tensors.ts';
import { blockShape, type SsdBlock, type SsdLayout } from './ssd-layout.ts';

/** The numbers of one output, all images one after the other. */
export type Floats = Float32Array | Float64Array;

/** What the detector says of one block, for all images. */
export interface BlockOutputs {
  readonly block: SsdBlock;
  /** [images, cells, cells, anchors, classes], before softmax. */
  readonly logits: Floats;
  /** [images, cells, cells, anchors, 4]. */
  readonly offsets: Floats;
}

export interface SsdOutputs {
  readonly images: number;
  /** In the order of the layout. */
  readonly blocks: readonly BlockOutputs[];
}

const OFFSETS = 4;

/**
 * Finds logits and offsets of every block among outputs by their shapes, which all differ, so that neither order nor names
 * matter; an output that came under two names counts once. Throws `invalid_argument` naming all that is missing, or what is no
 * finite floating-point number.
 */
export function readSsdOutputs(outputs: readonly Tensor[], layout: SsdLayout): SsdOutputs {
  const wanted = layout.blocks.flatMap((block) => [
    { what: `logits of ${block.name}`, shape: blockShape(block, layout.classes) },
    { what: `box offsets of ${block.name}`, shape: blockShape(block, OFFSETS) },
  ]);
  const missing = wanted.filter(({ shape }) => !outputs.some((output) => hasShape(output, shape)));
  if (missing.length > 0) {
    const names = missing.map(({ what, shape }) => `${what} [?, ${shape.join(', ')}]`).join('; ');
    throw refusal(`Among the outputs there are no ${names}: ask for all outputs of the detector.`);
  }
  const images = sameBatch(outputs.filter((output) => wanted.some(({ shape }) => hasShape(output, shape))));
  const blocks = layout.blocks.map((block) => ({
    block,
    logits: floatsOf(outputs, blockShape(block, layout.classes)),
    offsets: floatsOf(outputs, blockShape(block, OFFSETS)),
  }));
  return { images, blocks };
}

function hasShape({ shape: [, ...inner] }: Tensor, shape: readonly number[]): boolean {
  return inner.length === shape.length && inner.every((size, axis) => size === shape[axis]);
}

function sameBatch(outputs: readonly Tensor[]): number {
  const [images = 0, ...others] = new Set(outputs.map(({ shape }) => shape[0] ?? 0));
  if (others.length === 0) return images;
  throw refusal(`The outputs are of ${[images, ...others].join(' and ')} images: they must be of the same.`);
}

function floatsOf(outputs: readonly Tensor[], shape: readonly number[]): Floats {
  const [first, ...others] = outputs.filter((output) => hasShape(output, shape)).map(finiteFloats);
  if (first === undefined) throw new TypeError('It was looked for before.');
  const isSame = others.every(({ data }) => data.every((value, index) => value === first.data[index]));
  if (isSame) return first.data;
  const names = [first, ...others].map(({ name }) => `"${name}"`).join(' and ');
  throw refusal(
    `Outputs ${names} have the same shape and other numbers: ask for those of the detector alone.`,
  );
}

function finiteFloats({ name, datatype, data }: Tensor): { readonly name: string; readonly data: Floats } {
  if (!(data instanceof Float32Array || data instanceof Float64Array))
    throw refusal(`Output "${name}" is of ${datatype}: logits and box offsets must be FP32 or FP64.`);
  const broken = firstBroken(data);
  if (broken === -1) return { name, data };
  throw refusal(`Output "${name}" is ${data[broken]} at ${broken}: the model gives no finite numbers.`);
}

/** A loop, as a callback for each of 200,000 numbers takes ten times as long. */
function firstBroken(data: Floats): number {
  const { length } = data;
  for (let index = 0; index < length; index += 1) {
    // Only what is finite gives 0.
    if ((data[index] as number) * 0 !== 0) return index;
  }
  return -1;
}

function refusal(message: string): SlipwayError {
  return new SlipwayError('invalid_argument', message, { details: { field: 'outputs' } });
}
