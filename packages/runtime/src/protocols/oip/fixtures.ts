import type { Datatype, Dimension, TensorSpec } from '@slipway/contract';
import type { OipModel } from './model.ts';

/** A spec in a test: `['x', 'FP32', [null, 3]]`. */
export type SpecRow = readonly [name: string, datatype: Datatype, shape: readonly Dimension[]];

/** A model of that signature, called `m`; `labels` by the names of its outputs. */
export function modelOf(
  inputs: readonly SpecRow[],
  outputs: readonly SpecRow[] = [['y', 'FP32', [3]]],
  labels: Readonly<Record<string, readonly string[]>> = {},
): OipModel {
  const labelled = outputs.map((row) => ({ ...toSpec(row), labels: labels[row[0]] }));
  return { name: 'm', signature: { inputs: inputs.map(toSpec), outputs: labelled } };
}

function toSpec([name, datatype, shape]: SpecRow): TensorSpec {
  return { name, datatype, shape };
}
