import type { TensorSpec } from '@slipway/contract';
import { openSizes } from '../../check-inputs.ts';
import type { ModelMetadata, ServerMetadata } from '../../describe.ts';

export function encodeServerMetadata({ name, version, extensions }: ServerMetadata): string {
  return JSON.stringify({ name, version, extensions });
}

export function encodeLive(live: boolean): string {
  return JSON.stringify({ live });
}

/** Readiness under both names: the specification's example of it says `live`, and its servers say `ready`. */
export function encodeReady(ready: boolean): string {
  return JSON.stringify({ ready, live: true });
}

export function encodeModelReady(name: string, ready: boolean): string {
  return JSON.stringify({ name, ready });
}

/** Sizes that are open are -1. The names of classes are a parameter of the output that scores them. */
export function encodeModelMetadata({ name, versions, platform, signature }: ModelMetadata): string {
  const inputs = signature.inputs.map(describe);
  const outputs = signature.outputs.map(describe);
  return JSON.stringify({ name, versions, platform, inputs, outputs });
}

function describe(spec: TensorSpec): object {
  const { name, datatype, labels } = spec;
  const parameters = labels === undefined ? undefined : { labels };
  return { name, datatype, shape: openSizes(spec), parameters };
}
