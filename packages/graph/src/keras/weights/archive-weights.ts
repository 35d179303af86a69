import type { Layer, Network } from '../config/network.ts';
import type { Hdf5Object } from '../hdf5/hdf5.ts';
import { isOperation } from '../layers/kinds.ts';
import { broken, type StoredWeight, slotsOf, storedAs, type Weights } from './assign-weights.ts';

/** Where the layers of a model stand: Keras 3 and later versions of Keras 2; the first that had archives. */
const CONTAINERS = ['layers', '_layer_checkpoint_dependencies'];

/**
 * Finds the weights in `model.weights.h5` of an archive. Layers stand there under their classes with a number behind
 * them from the second on, in the order of the configuration, and variables in `vars` by their number.
 * Throws `GraphError` where one is missing.
 */
export async function archiveWeights(file: string, network: Network, root: Hdf5Object): Promise<Weights> {
  const weights: Weights = new Map();
  await assign(file, network, root, weights);
  return weights;
}

async function assign(file: string, network: Network, group: Hdf5Object, weights: Weights): Promise<void> {
  const members = await group.members();
  const container = CONTAINERS.find((name) => members.has(name));
  const folder = container === undefined ? undefined : await group.find(container);
  const counts = new Map<string, number>();
  // Functions have no weights, and Keras does not count them.
  for (const layer of network.layers.filter((each) => !isOperation(each))) {
    const name = snakeCase(layer.className);
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    const object = await folder?.find(count === 0 ? name : `${name}_${count}`);
    if (layer.network === undefined) await assignLayer(file, layer, object, weights);
    else if (object !== undefined) await assign(file, layer.network, object, weights);
    else throw broken(file, `The model "${layer.name}" has no weights in the file.`);
  }
}

async function assignLayer(
  file: string,
  layer: Layer,
  object: Hdf5Object | undefined,
  weights: Weights,
): Promise<void> {
  const slots = slotsOf(layer);
  if (slots === undefined || slots.length === 0) return;
  await refuseOther(file, layer, object);
  const stored = new Map<string, StoredWeight>();
  const numbers = new Map<string, number>();
  for (const slot of slots) {
    const number = numbers.get(slot.folder) ?? 0;
    numbers.set(slot.folder, number + 1);
    const below = slot.folder === '' ? 'vars' : `${slot.folder}/vars`;
    stored.set(slot.name, storedAs(file, layer, slot, await object?.find(`${below}/${number}`)));
  }
  weights.set(layer, stored);
}

/** Later versions write a layer's name beside its variables. */
async function refuseOther(file: string, layer: Layer, object: Hdf5Object | undefined): Promise<void> {
  const name = await (await object?.find('vars'))?.texts('name');
  if (name?.[0] !== undefined && name[0] !== layer.name)
    throw broken(file, `The weights of "${layer.name}" are those of "${name[0]}".`);
}

/** `BatchNormalization` is `batch_normalization`, `Conv2D` is `conv2d`, `LSTM` is `lstm`. */
export function snakeCase(name: string): string {
  return name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
