import type { Dimension, LoadedModel, TensorSpec } from '@slipway/contract';
import { keyOf } from '../../../tensor-names.ts';
import { tensorflowType } from '../../data-types.ts';
import { DEFAULT_SIGNATURE, PREDICT_METHOD } from '../../signatures.ts';

/** Writes what a model takes and gives, by key where it has keys. A size that is not fixed is -1; 64-bit integers are strings. */
export function encodeMetadata(model: Pick<LoadedModel, 'name' | 'version' | 'signature'>): Buffer {
  const { name, version, signature } = model;
  const signatureDef = {
    inputs: describeTensors(signature.inputs),
    outputs: describeTensors(signature.outputs),
    method_name: PREDICT_METHOD,
    defaults: {},
  };
  const body = {
    model_spec: { name, signature_name: '', version: String(version) },
    metadata: { signature_def: { signature_def: { [DEFAULT_SIGNATURE]: signatureDef } } },
  };
  return Buffer.from(JSON.stringify(body));
}

function describeTensors(specs: readonly TensorSpec[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(specs.map((spec) => [keyOf(spec), describeTensor(spec)]));
}

function describeTensor({ name, datatype, shape }: TensorSpec): unknown {
  return {
    dtype: tensorflowType(datatype).dtype,
    tensor_shape: { dim: shape.map(describeSize), unknown_rank: false },
    name,
  };
}

/** The name of a symbolic size is not told: stock servers have none there. */
function describeSize(size: Dimension): unknown {
  return { size: typeof size === 'number' ? String(size) : '-1', name: '' };
}
