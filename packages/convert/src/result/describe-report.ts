import type { ConversionReport } from '@slipway/contract/api';

/** A report in a line of a log. */
export function describeReport({
  source,
  nodes,
  parameters,
  sizes,
  trials,
  tensorflow,
  onnxruntime,
}: ConversionReport): string {
  const errors = trials.flatMap(({ error }) => error ?? []);
  const compared =
    tensorflow === null
      ? `answers in ONNX Runtime ${onnxruntime}${errors.length === 0 ? '' : ' as before'}`
      : `differs from TensorFlow ${tensorflow} by ${Math.max(0, ...errors).toExponential(1)} of what its inputs change`;
  const before =
    source.format === 'onnx' ? `${nodes.imported} nodes` : `${nodes.tensorflow} nodes of TensorFlow`;
  return `${before} became ${nodes.onnx} of ONNX, with ${parameters} parameters in ${sizes.onnx} bytes; the model ${compared}.`;
}
