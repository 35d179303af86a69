import type { OnnxModel } from '../../onnx/model.ts';
import type { LayerPlan, QuantizationPlan } from '../plan/plan.ts';
import { decibels, noisePart, type TensorError } from './tensor-error.ts';

/** What a node in integers makes of its tensor. */
export interface LayerError {
  readonly node: string;
  readonly op: string;
  readonly tensor: string;
  readonly decibels: number;
  readonly largest: number;
  /** Noise, as a part of the signal, beyond that of the noisiest tensor that it takes. */
  readonly added: number;
  /** The part of it that is left behind the sums that it goes into: 1 where there are none. */
  readonly weight: number;
}

/** The tensors whose difference between the model and the planned one tells the layers apart: `withOutputs` of both has them. */
export function tensorsToCompare(
  model: OnnxModel,
  { integer }: Pick<QuantizationPlan, 'integer'>,
): readonly string[] {
  const made = new Set(model.graph.nodes.flatMap(({ outputs }) => outputs));
  const around = integer.flatMap(({ takes, makes }) => [...takes, makes]);
  return [...new Set(around)].filter((tensor) => made.has(tensor));
}

/**
 * The layers, the one whose noise harms most first: that is the order in which they are best left in FP32. Harm is the
 * noise that a layer adds, times the part of it that is left behind sums: a branch that is small beside what it is added to
 * may be noisy. Layers whose tensors were not compared are left out; tensors that they take and that were not compared
 * count as exact.
 */
export function worstLayers(
  { integer }: Pick<QuantizationPlan, 'integer'>,
  errors: ReadonlyMap<string, TensorError>,
): readonly LayerError[] {
  const weights = weightsOf(integer, errors);
  const layers = integer.flatMap(({ node, op, takes, makes }): readonly LayerError[] => {
    const made = errors.get(makes);
    if (made === undefined) return [];
    const taken = takes.flatMap((tensor) => errors.get(tensor) ?? []).map(noisePart);
    const added = noisePart(made) - Math.max(0, ...taken);
    const weight = weights.get(makes) ?? 1;
    return [{ node, op, tensor: makes, decibels: decibels(made), largest: made.largest, added, weight }];
  });
  return layers.toSorted((one, other) => other.added * other.weight - one.added * one.weight);
}

/** The part of each tensor's signal that is left behind the sums that it goes into, from the last layer to the first. */
function weightsOf(
  integer: readonly LayerPlan[],
  errors: ReadonlyMap<string, TensorError>,
): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const { op, takes, makes } of integer.toReversed()) {
    // What no layer takes is an output, or goes on in FP32.
    const own = weights.get(makes) ?? 1;
    const sum = errors.get(makes)?.signal ?? 0;
    for (const tensor of new Set(takes)) {
      const part = op === 'Add' && sum > 0 ? Math.min(1, (errors.get(tensor)?.signal ?? sum) / sum) : 1;
      weights.set(tensor, Math.min(1, (weights.get(tensor) ?? 0) + own * part));
    }
  }
  return weights;
}
