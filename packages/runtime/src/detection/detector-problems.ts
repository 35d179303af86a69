import type { Signature, TensorSpec } from '@slipway/contract';
import { blockShape, type SsdLayout } from '@slipway/contract/detection';
import { describeSpec } from '../models/fit-inputs.ts';

const OFFSETS = 4;

/** Everything in which the model's own outputs are not those of the detector. */
export function detectorProblems({ outputs }: Signature, layout: SsdLayout): readonly string[] {
  const wanted = layout.blocks.flatMap((block) => [
    { what: `logits of ${block.name}`, shape: blockShape(block, layout.classes) },
    { what: `box offsets of ${block.name}`, shape: blockShape(block, OFFSETS) },
  ]);
  const missing = wanted.filter(({ shape }) => !outputs.some((spec) => mayHaveShape(spec, shape)));
  const others = outputs.filter((spec) => !wanted.some(({ shape }) => mayHaveShape(spec, shape)));
  const twice = outputs.length > wanted.length && others.length === 0;
  return [
    ...missing.map(
      ({ what, shape }) =>
        `detections: the model has no output of FP32 [?, ${shape.join(', ')}], the ${what}`,
    ),
    ...others.map((spec) => `detections: the output ${describeSpec(spec)} is none of the detector's`),
    ...(twice ? [`detections: the model has ${outputs.length} outputs, the detector ${wanted.length}`] : []),
  ];
}

/** Sizes that the model leaves open are seen when it runs. */
function mayHaveShape({ datatype, shape }: TensorSpec, wanted: readonly number[]): boolean {
  const [, ...inner] = shape;
  const isFloat = datatype === 'FP32' || datatype === 'FP64';
  return (
    isFloat &&
    inner.length === wanted.length &&
    inner.every((size, axis) => typeof size !== 'number' || size === wanted[axis])
  );
}
