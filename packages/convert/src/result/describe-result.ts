import type { ConvertJob } from '@slipway/contract';
import type { ConversionFacts } from '@slipway/contract/api';
import { elementCount, type OnnxModel } from '@slipway/graph/onnx';
import type { Conversion } from '../native/convert-natively.ts';
import type { Requested, RequestedTensor } from '../source/requested.ts';
import type { SessionTensor } from '../verify/open-session.ts';

/** What is told of a result. */
export interface Described {
  readonly job: ConvertJob;
  readonly format: string;
  /** In the source model; empty: the model itself. */
  readonly path: string;
  readonly requested: Requested;
  readonly conversion: Conversion;
  /** As it is written. */
  readonly result: OnnxModel;
  /** Its outputs in ONNX Runtime. */
  readonly ends: readonly SessionTensor[];
}

/** All about a conversion that does not depend on the machine or the hour. */
export function describeResult({
  job,
  format,
  path,
  requested,
  conversion,
  result,
  ends,
}: Described): ConversionFacts {
  const { inputs, outputs, signature } = requested;
  const { ops, images, converter, model } = conversion;
  return {
    kind: 'Conversion',
    engine: job.engine,
    converter,
    source: { digest: job.sourceDigest, format, path, signature },
    inputs: inputs.map(describeTensor),
    outputs: outputs.map((output) => describeTensor(known(output, ends))),
    images: images.map(({ name }) => name),
    ops: ops.map((op) => ({ ...op })),
    nodes: {
      tensorflow: ops.reduce((sum, { nodes }) => sum + nodes, 0),
      imported: model.graph.nodes.length,
      onnx: result.graph.nodes.length,
    },
    parameters: parametersOf(result),
    opset: result.opsets.find(({ domain = '' }) => domain === '')?.version ?? null,
  };
}

/** TensorFlow says nothing of outputs that no signature names. */
function known(tensor: RequestedTensor, ends: readonly SessionTensor[]): RequestedTensor {
  const { type = null, dims = null } = ends.find(({ name }) => name === tensor.name) ?? {};
  return { ...tensor, dtype: tensor.dtype ?? type, shape: tensor.shape ?? dims };
}

function describeTensor({ name, alias, dtype, shape }: RequestedTensor) {
  return { name, alias, dtype: dtype ?? 'unknown', shape: shape === null ? null : [...shape] };
}

/** Elements of all constants. */
export function parametersOf({ graph }: OnnxModel): number {
  return graph.initializers.reduce((sum, { dims }) => sum + (elementCount(dims) ?? 0), 0);
}
