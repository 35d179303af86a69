import {
  type Dimension,
  elementCount,
  type Signature,
  seededRandom,
  type Tensor,
  type TensorData,
  type TensorSpec,
} from '@slipway/contract';
import { createElements } from './elements.ts';

const utf8 = new TextEncoder();

/** 1.0 as FP16 and as BF16. */
const ONE_FP16 = 0x3c00;
const ONE_BF16 = 0x3f80;

/**
 * Inputs that fit a signature, the same for the same seed: every size that is not fixed is 1, floats lie
 * between 0 and 1, integers and text are 0 or 1, which is a good index and a good count almost everywhere.
 */
export function sampleInputs(signature: Signature, seed: number): readonly Tensor[] {
  const random = seededRandom(seed);
  return signature.inputs.map((spec) => sampleTensor(spec, random));
}

function sampleTensor(spec: TensorSpec, random: () => number): Tensor {
  const shape = spec.shape.map(knownSize);
  return {
    name: spec.name,
    datatype: spec.datatype,
    shape,
    data: sampleData(spec, elementCount(shape), random),
  };
}

function knownSize(size: Dimension): number {
  return typeof size === 'number' ? size : 1;
}

function sampleData(spec: TensorSpec, length: number, random: () => number): TensorData {
  if (spec.datatype === 'BYTES') {
    return Array.from({ length }, () => utf8.encode(random() < 0.5 ? '0' : '1'));
  }
  const data = createElements(spec.datatype, length);
  for (let index = 0; index < length; index += 1) {
    if (data instanceof BigInt64Array || data instanceof BigUint64Array)
      data[index] = random() < 0.5 ? 0n : 1n;
    else data[index] = sampleNumber(spec, random());
  }
  return data;
}

function sampleNumber(spec: TensorSpec, drawn: number): number {
  switch (spec.datatype) {
    case 'FP32':
    case 'FP64':
      return drawn;
    case 'FP16':
      return drawn < 0.5 ? 0 : ONE_FP16;
    case 'BF16':
      return drawn < 0.5 ? 0 : ONE_BF16;
    default:
      return drawn < 0.5 ? 0 : 1;
  }
}
