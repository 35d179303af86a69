import { GraphError } from '../../graph-error.ts';
import { NotConverted } from '../../import/refuse.ts';
import { quoted } from '../../tensorflow/refusals.ts';
import type { Layer } from '../config/network.ts';
import type { Dataset } from '../hdf5/dataset.ts';
import type { Hdf5Object } from '../hdf5/hdf5.ts';
import { kindOf } from '../layers/kinds.ts';
import type { WeightSlot } from '../layers/layer-kind.ts';
import { settingsOf } from '../layers/settings.ts';

/** Where a weight stands in the file. */
export interface StoredWeight {
  /** Its path in the HDF5 file. */
  readonly path: string;
  readonly dataset: Dataset;
}

/** The weights of layers, by the names of their slots. */
export type Weights = Map<Layer, ReadonlyMap<string, StoredWeight>>;

/**
 * The variables that a layer has, in Keras's order; `undefined` of a class that is not converted, whose refusal comes
 * when it is called.
 */
export function slotsOf(layer: Layer): readonly WeightSlot[] | undefined {
  const kind = kindOf(layer);
  if (kind === undefined) return layer.className === 'InputLayer' ? [] : undefined;
  try {
    return kind.weights?.(settingsOf(layer.config)) ?? [];
  } catch (error) {
    if (error instanceof NotConverted) return undefined;
    throw error;
  }
}

/** The dataset of a slot. Throws `GraphError` where it is none, or of another shape than the layer's settings say. */
export function storedAs(
  file: string,
  layer: Layer,
  slot: WeightSlot,
  object: Hdf5Object | undefined,
): StoredWeight {
  const dataset = object?.dataset();
  if (object === undefined || dataset === undefined)
    throw broken(file, `The layer ${quoted(layer.name)} has no ${slot.name} in the file.`);
  const { shape } = dataset;
  const fits =
    slot.shape === null ||
    (slot.shape.length === shape.length &&
      slot.shape.every((size, axis) => size === null || size === shape[axis]));
  if (fits) return { path: object.path, dataset };
  throw broken(
    file,
    `The ${slot.name} of the layer ${quoted(layer.name)} is of (${shape.join(', ')}), which its settings do not say.`,
  );
}

export function broken(file: string, what: string): GraphError {
  return new GraphError('invalid_graph', `${file}: ${what} Save the model again with Keras.`);
}
