import type { OnnxModel } from '../../onnx/model.ts';
import type { QuantizationPlan } from '../plan/plan.ts';
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
 * The layers, the one that adds most noise first: that is the order in which they are best left in FP32. Layers whose
 * tensors were not compared are left out; tensors that they take and that were not compared count as exact.
 */
export function worstLayers(
  { integer }: Pick<QuantizationPlan, 'integer'>,
  errors: ReadonlyMap<string, TensorError>,
): readonly LayerError[] {
  const layers = integer.flatMap(({ node, op, takes, makes }): readonly LayerError[] => {
    const made = errors.get(makes);
    if (made === undefined) return [];
    const taken = takes.flatMap((tensor) => errors.get(tensor) ?? []).map(noisePart);
    const added = noisePart(made) - Math.max(0, ...taken);
    return [{ node, op, tensor: makes, decibels: decibels(made), largest: made.largest, added }];
  });
  return layers.toSorted((one, other) => other.added - one.added);
}
