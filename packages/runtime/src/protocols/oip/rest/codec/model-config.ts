import type { Signature, TensorSpec } from '@slipway/contract';
import { openSizes } from '../../check-inputs.ts';

/** What `GET /v2/models/NAME/config` tells, in the words of Triton's model configuration. */
export interface ModelConfig {
  readonly name: string;
  readonly platform: string;
  readonly backend: string;
  readonly signature: Signature;
  /** Rows that may share a run. 0: the first dimension is none that Slipway may grow, and all are in `dims`. */
  readonly maxBatchSize: number;
  /** Runs that may go on at once. */
  readonly instances: number;
}

/** With a batch size, the first dimension of every shape is left out of `dims`, as Triton does. */
export function encodeModelConfig(config: ModelConfig): string {
  const { name, platform, backend, signature, maxBatchSize, instances } = config;
  const skipped = maxBatchSize > 0 ? 1 : 0;
  return JSON.stringify({
    name,
    platform,
    backend,
    version_policy: { latest: { num_versions: 1 } },
    max_batch_size: maxBatchSize,
    input: signature.inputs.map((spec) => describe(spec, skipped)),
    output: signature.outputs.map((spec) => describe(spec, skipped)),
    instance_group: [{ name, kind: 'KIND_CPU', count: instances }],
    ...(maxBatchSize > 0 ? { dynamic_batching: {} } : {}),
  });
}

function describe(spec: TensorSpec, skipped: number): object {
  const type = spec.datatype === 'BYTES' ? 'STRING' : spec.datatype;
  return { name: spec.name, data_type: `TYPE_${type}`, dims: openSizes(spec).slice(skipped) };
}
