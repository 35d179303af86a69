import type { TensorSpec } from '@slipway/contract';
import { openSizes } from '../../check-inputs.ts';
import { type ModelConfig, PROVIDERS_PARAMETER } from '../../describe.ts';

/** With a batch size, the first dimension of every shape is left out of `dims`, as Triton does. */
export function encodeModelConfig(config: ModelConfig): string {
  const { name, platform, backend, signature, versions, maxBatchSize, instances, onGpu, providers } = config;
  const skipped = maxBatchSize > 0 ? 1 : 0;
  return JSON.stringify({
    name,
    platform,
    backend,
    version_policy: { specific: { versions } },
    max_batch_size: maxBatchSize,
    input: signature.inputs.map((spec) => describe(spec, skipped)),
    output: signature.outputs.map((spec) => describe(spec, skipped)),
    instance_group: [{ name, kind: onGpu ? 'KIND_GPU' : 'KIND_CPU', count: instances }],
    parameters: { [PROVIDERS_PARAMETER]: { string_value: providers.join(',') } },
    ...(maxBatchSize > 0 ? { dynamic_batching: {} } : {}),
  });
}

function describe(spec: TensorSpec, skipped: number): object {
  const type = spec.datatype === 'BYTES' ? 'STRING' : spec.datatype;
  const told = { name: spec.name, data_type: `TYPE_${type}`, dims: openSizes(spec).slice(skipped) };
  return spec.labelsFile === undefined ? told : { ...told, label_filename: spec.labelsFile };
}
