import { elementCount, type Tensor } from '../tensors.ts';
import { blockShape, SSD_VGG_300 } from './ssd-layout.ts';

export interface HashedOutputs {
  readonly seed: number;
  readonly images: number;
  /** Numbers run from minus this to this. */
  readonly logits: number;
  readonly offsets: number;
}

/** The 12 outputs of SSD-VGG-300 with the numbers that `scripts/make-ssd-detections.py` computes in the same way. */
export function hashedOutputs({ seed, images, logits, offsets }: HashedOutputs): readonly Tensor[] {
  return outputsOf(images, (tensor, index) => {
    const spread = tensor < SSD_VGG_300.blocks.length ? logits : offsets;
    return ((hash(seed * 2 ** 25 + tensor * 2 ** 21 + index) >>> 8) / 2 ** 23 - 1) * spread;
  });
}

/** The 12 outputs in their order: logits of all blocks, then their box offsets. */
export function outputsOf(images: number, value: (tensor: number, index: number) => number): Tensor[] {
  const shapes = [SSD_VGG_300.classes, 4].flatMap((values) => {
    return SSD_VGG_300.blocks.map((block) => [images, ...blockShape(block, values)]);
  });
  return shapes.map((shape, tensor) => {
    const data = Float32Array.from({ length: elementCount(shape) }, (_, index) => value(tensor, index));
    return { name: `out_${tensor}`, datatype: 'FP32', shape, data };
  });
}

/** The last step of MurmurHash3. */
function hash(value: number): number {
  let bits = value >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
