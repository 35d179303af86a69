import type { DenseLayer } from '@slipway/testkit';

/** A layer with the scratch space that one sample needs on its way through and back. */
interface ActiveLayer extends DenseLayer {
  /** Outputs after ReLU; of the last layer: after softmax. */
  readonly activations: Float32Array;
  /** Derivative of the loss by each output before its activation function. */
  readonly deltas: Float32Array;
  readonly weightGradients: Float32Array;
  readonly biasGradients: Float32Array;
}

/** A network in training: gradients add up over samples until they are cleared. */
export interface TrainableNetwork {
  readonly layers: readonly ActiveLayer[];
  /** All that is learnt, and beside each array the gradients of it. */
  readonly parameters: readonly Parameters[];
}

export interface Parameters {
  readonly values: Float32Array;
  readonly gradients: Float32Array;
}

export function trainableNetwork(layers: readonly DenseLayer[]): TrainableNetwork {
  const active = layers.map((layer) => ({
    ...layer,
    activations: new Float32Array(layer.outputs),
    deltas: new Float32Array(layer.outputs),
    weightGradients: new Float32Array(layer.weights.length),
    biasGradients: new Float32Array(layer.bias.length),
  }));
  const parameters = active.flatMap((layer) => [
    { values: layer.weights, gradients: layer.weightGradients },
    { values: layer.bias, gradients: layer.biasGradients },
  ]);
  return { layers: active, parameters };
}

/** Probabilities of the classes for one sample; the array is used again by the next call. */
export function forward(network: TrainableNetwork, input: Float32Array): Float32Array {
  let activations = input;
  for (const layer of network.layers) {
    applyDense(layer, activations);
    if (layer === network.layers.at(-1)) softmax(layer.activations);
    else relu(layer.activations);
    activations = layer.activations;
  }
  return activations;
}

/** Adds the gradients of the cross-entropy of the sample that `forward` saw last; returns that loss. */
export function backward(network: TrainableNetwork, input: Float32Array, label: number): number {
  const last = network.layers.at(-1);
  if (last === undefined) throw new Error('A network needs a layer.');
  last.deltas.set(last.activations);
  last.deltas[label] = (last.deltas[label] ?? 0) - 1;
  for (let index = network.layers.length - 1; index >= 0; index -= 1) {
    const layer = network.layers[index];
    const before = network.layers[index - 1];
    if (layer === undefined) continue;
    addGradients(layer, before?.activations ?? input);
    if (before !== undefined) propagateDeltas(layer, before);
  }
  return -Math.log(Math.max(last.activations[label] ?? 0, 1e-12));
}

// The inner loops run over the outputs of one input, which lie side by side in memory. Inputs of zero, which
// most pixels and half of the hidden units are, add nothing and are skipped.

function applyDense(layer: ActiveLayer, input: Float32Array): void {
  const { activations, weights, outputs } = layer;
  activations.set(layer.bias);
  for (let from = 0; from < layer.inputs; from += 1) {
    const value = input[from] as number;
    if (value === 0) continue;
    const row = from * outputs;
    for (let to = 0; to < outputs; to += 1) {
      (activations[to] as number) += value * (weights[row + to] as number);
    }
  }
}

function addGradients(layer: ActiveLayer, input: Float32Array): void {
  const { deltas, weightGradients, biasGradients, outputs } = layer;
  for (let to = 0; to < outputs; to += 1) (biasGradients[to] as number) += deltas[to] as number;
  for (let from = 0; from < layer.inputs; from += 1) {
    const value = input[from] as number;
    if (value === 0) continue;
    const row = from * outputs;
    for (let to = 0; to < outputs; to += 1) {
      (weightGradients[row + to] as number) += value * (deltas[to] as number);
    }
  }
}

function propagateDeltas(layer: ActiveLayer, before: ActiveLayer): void {
  const { deltas, weights, outputs } = layer;
  for (let from = 0; from < layer.inputs; from += 1) {
    let delta = 0;
    if (before.activations[from] !== 0) {
      const row = from * outputs;
      for (let to = 0; to < outputs; to += 1) delta += (weights[row + to] as number) * (deltas[to] as number);
    }
    before.deltas[from] = delta;
  }
}

function relu(values: Float32Array): void {
  for (let index = 0; index < values.length; index += 1) {
    if ((values[index] as number) < 0) values[index] = 0;
  }
}

function softmax(values: Float32Array): void {
  const largest = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) {
    const power = Math.exp((values[index] as number) - largest);
    values[index] = power;
    sum += power;
  }
  for (let index = 0; index < values.length; index += 1) (values[index] as number) /= sum;
}
