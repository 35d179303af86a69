import type { Layer } from '../config/network.ts';
import { ACTIVATIONS } from './activations.ts';
import { CONVOLUTIONS } from './convolutions.ts';
import type { LayerKind, LayerKinds } from './layer-kind.ts';
import { MERGES } from './merges.ts';
import { NORMALIZATIONS } from './normalizations.ts';
import { OPERATIONS, TF_OP_LAMBDA } from './operations.ts';
import { RECURRENT } from './recurrent.ts';
import { SEQUENCES } from './sequences.ts';
import { SHAPES } from './shapes.ts';
import { TIME_DISTRIBUTED } from './time-distributed.ts';

/** All classes of layers that are converted. */
export const LAYERS: LayerKinds = {
  ...CONVOLUTIONS,
  ...NORMALIZATIONS,
  ...ACTIVATIONS,
  ...SHAPES,
  ...MERGES,
  ...SEQUENCES,
  ...RECURRENT,
  TimeDistributed: TIME_DISTRIBUTED,
  TFOpLambda: TF_OP_LAMBDA,
};

const OPERATION_MODULES = ['keras.src.ops', 'keras.src.activations'];

/** Where the layers of Keras itself are, as the files of its versions have it; some say nothing. */
const LAYER_MODULE = /^(?:(?:tf_)?keras(?:\.|$)|tensorflow\.|$)/;

/**
 * Whether it is a function of Keras 3 rather than a layer. Files of HDF5 do not say so; of the names that are both,
 * layers say whether they are trained.
 */
export function isOperation({ module, config, network, className }: Layer): boolean {
  if (module !== '') return OPERATION_MODULES.some((name) => module.startsWith(name));
  if (network !== undefined || className === 'InputLayer') return false;
  if (Object.hasOwn(LAYERS, className) && !Object.hasOwn(OPERATIONS, className)) return false;
  return config['trainable'] === undefined;
}

/** How the layer is converted; `undefined` of a class that is not. */
export function kindOf(layer: Layer): LayerKind | undefined {
  const kinds = isOperation(layer) ? OPERATIONS : LAYERS;
  // A class of the user's own may have the name of one of Keras's.
  if (!LAYER_MODULE.test(layer.module)) return undefined;
  return Object.hasOwn(kinds, layer.className) ? kinds[layer.className] : undefined;
}
