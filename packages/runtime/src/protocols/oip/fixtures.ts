import type { Datatype, Dimension, TensorSpec } from '@slipway/contract';
import type { OipModel } from './model.ts';

/** A spec in a test: `['x', 'FP32', [null, 3]]`. */
export type SpecRow = readonly [name: string, datatype: Datatype, shape: readonly Dimension[]];

/** A model of that signature, called `m`. */
export function modelOf(
  inputs: readonly SpecRow[],
  outputs: readonly SpecRow[] = [['y', 'FP32', [3]]],
  labels?: ReadonlyMap<string, readonly string[]>,
): OipModel {
  return { name: 'm', signature: { inputs: inputs.map(toSpec), outputs: outputs.map(toSpec) }, labels };
}

function toSpec([name, datatype, shape]: SpecRow): TensorSpec {
  return { name, datatype, shape };
}
