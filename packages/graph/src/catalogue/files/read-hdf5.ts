import type { ByteSource } from '../../keras/byte-source.ts';
import { type Hdf5Object, openHdf5 } from '../../keras/hdf5/hdf5.ts';
import { notRead, quoted } from '../../tensorflow/refusals.ts';
import type { StoredTensor } from './stored-weights.ts';

/** Variables in the order in which Keras numbers them. */
const KERNEL = ['kernel', 'bias'];
const NORM = ['gamma', 'beta', 'moving_mean', 'moving_variance'];

/**
 * The weights of a Keras file by layer and variable, `conv1_conv/kernel`: of `.h5` of whole models and of weights alone,
 * and of `.weights.h5` of Keras 3. Throws `GraphError`.
 */
export async function readHdf5Weights(source: ByteSource): Promise<ReadonlyMap<string, StoredTensor>> {
  const root = await openHdf5(source);
  const layers = await root.find('layers');
  if (layers !== undefined) return numbered(source, layers);
  const group = (await root.find('model_weights')) ?? root;
  const names = await group.texts('layer_names');
  if (names === undefined)
    throw notRead(source.name, 'It lists no layers of Keras.', 'Save it again with model.save_weights.');
  return named(source, group, names);
}

async function named(
  source: ByteSource,
  group: Hdf5Object,
  layers: readonly string[],
): Promise<ReadonlyMap<string, StoredTensor>> {
  const tensors = new Map<string, StoredTensor>();
  for (const layer of layers) {
    const object = await group.find(layer);
    if (object === undefined || (await object.members()).size === 0) continue;
    for (const path of (await object.texts('weight_names')) ?? []) {
      const variable = path
        .split('/')
        .at(-1)
        ?.replace(/(_\d+)?(:\d+)?$/, '');
      add(tensors, source, `${layer}/${variable}`, await object.find(path));
    }
  }
  return tensors;
}

/** Layers stand under names of their classes; their own are written beside their variables. */
async function numbered(source: ByteSource, layers: Hdf5Object): Promise<ReadonlyMap<string, StoredTensor>> {
  const tensors = new Map<string, StoredTensor>();
  for (const open of (await layers.members()).values()) {
    const variables = await (await open()).find('vars');
    const count = (await variables?.members())?.size ?? 0;
    if (variables === undefined || count === 0) continue;
    const [layer] = (await variables.texts('name')) ?? [];
    if (layer === undefined)
      throw notRead(
        source.name,
        'It does not say the names of layers.',
        'Save the weights again as .h5, or with a newer Keras.',
      );
    const roles = count > KERNEL.length ? NORM : KERNEL;
    for (let index = 0; index < count; index += 1)
      add(tensors, source, `${layer}/${roles[index] ?? index}`, await variables.find(`${index}`));
  }
  return tensors;
}

function add(
  tensors: Map<string, StoredTensor>,
  source: ByteSource,
  name: string,
  object: Hdf5Object | undefined,
): void {
  const dataset = object?.dataset();
  if (dataset === undefined)
    throw notRead(source.name, `${quoted(name)} is no tensor.`, 'Save the weights again with Keras.');
  const { dtype, shape, offset, size } = dataset;
  const load = async () => source.rangeOf(offset, size) ?? (await source.read(offset, size));
  tensors.set(name, { dtype, shape, load });
}
