import { quoted } from '../../tensorflow/refusals.ts';
import type { Layer, Network } from '../config/network.ts';
import type { Hdf5Object } from '../hdf5/hdf5.ts';
import type { WeightSlot } from '../layers/layer-kind.ts';
import { broken, type StoredWeight, slotsOf, storedAs, type Weights } from './assign-weights.ts';

/** A variable of a layer that may stand in models in a model. */
interface Variable {
  readonly layer: Layer;
  readonly slot: WeightSlot;
}

/** The variables of a layer as Keras lists them. */
interface Variables {
  readonly trained: readonly Variable[];
  readonly others: readonly Variable[];
}

/** As Keras cuts lists that are too long for one attribute. */
const MAX_PIECES = 10_000;

/**
 * Finds the weights in an `.h5` file: each layer of the outer model has a list of its variables, those that are trained
 * first, and of a model that is a layer those of all its layers. Throws `GraphError` where they are others.
 */
export async function legacyWeights(file: string, network: Network, root: Hdf5Object): Promise<Weights> {
  const found = new Map<Layer, Map<string, StoredWeight>>();
  for (const layer of network.layers) {
    const variables = variablesOf(layer);
    if (variables === undefined) continue;
    const wanted = [...variables.trained, ...variables.others];
    if (wanted.length === 0) continue;
    const group = await root.find(layer.name);
    const names = group === undefined ? [] : await namesOf(group);
    if (names.length !== wanted.length)
      throw broken(
        file,
        `The layer ${quoted(layer.name)} has ${names.length} weights in the file, and needs ${wanted.length}.`,
      );
    for (const [index, { layer: owner, slot }] of wanted.entries()) {
      const name = names[index] as string;
      refuseOther(file, owner, slot, name);
      const weights = found.get(owner) ?? new Map<string, StoredWeight>();
      weights.set(slot.name, storedAs(file, owner, slot, await group?.find(name)));
      found.set(owner, weights);
    }
  }
  return found;
}

/** `undefined` where a class among them is not known, so that nothing is known of the order either. */
function variablesOf(layer: Layer): Variables | undefined {
  if (layer.network !== undefined) {
    const inner = layer.network.layers.map(variablesOf);
    if (inner.includes(undefined)) return undefined;
    const all = inner as readonly Variables[];
    return { trained: all.flatMap(({ trained }) => trained), others: all.flatMap(({ others }) => others) };
  }
  const slots = slotsOf(layer);
  if (slots === undefined) return undefined;
  const frozen = layer.config['trainable'] === false;
  const variables = slots.map((slot) => ({ layer, slot }));
  return {
    trained: variables.filter(({ slot }) => slot.trained && !frozen),
    others: variables.filter(({ slot }) => !slot.trained || frozen),
  };
}

async function namesOf(group: Hdf5Object): Promise<readonly string[]> {
  const whole = await group.texts('weight_names');
  if (whole !== undefined) return whole;
  const names: string[] = [];
  for (let piece = 0; piece < MAX_PIECES; piece += 1) {
    const more = await group.texts(`weight_names${piece}`);
    if (more === undefined) break;
    names.push(...more);
  }
  return names;
}

/** The last part of a name says which variable it is: `dense/kernel:0`. */
function refuseOther(file: string, layer: Layer, slot: WeightSlot, name: string): void {
  const last = name.split('/').at(-1)?.replace(/:\d+$/, '').replace(/_\d+$/, '');
  const own = slot.name.split('/').at(-1);
  if (last !== own && last !== slot.otherName)
    throw broken(
      file,
      `The weight ${quoted(name)} stands where ${slot.name} of ${quoted(layer.name)} is to be.`,
    );
}
