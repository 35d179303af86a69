import { GraphError } from '../../graph-error.ts';
import { withoutDeadCode } from '../../onnx/edit/dead-code.ts';
import type { OnnxModel, ValueInfo } from '../../onnx/model.ts';
import { networkOf } from '../network.ts';
import { type PlanOptions, tensorsToObserve } from '../plan/plan.ts';

export interface CalibrationModel {
  /** The model with the tensors as outputs, besides its own. */
  readonly model: OnnxModel;
  /** What is to be observed: outputs of the model, and inputs, which whoever runs it has. */
  readonly outputs: readonly string[];
  readonly inputs: readonly string[];
}

/** The model that is run with samples, whose tensors a calibrator observes. */
export function calibrationModel(
  model: OnnxModel,
  options: Pick<PlanOptions, 'exclude'> = {},
): CalibrationModel {
  const tensors = tensorsToObserve(model, options);
  const given = new Set(model.graph.inputs.map(({ name }) => name));
  const outputs = tensors.filter((tensor) => !given.has(tensor));
  return {
    model: withOutputs(model, outputs),
    outputs,
    inputs: tensors.filter((tensor) => given.has(tensor)),
  };
}

/**
 * The model with FP32 tensors of its main graph as further outputs. Throws `invalid_argument` for a name that none has.
 */
export function withOutputs(given: OnnxModel, tensors: readonly string[]): OnnxModel {
  const { model, makers, floats, outputs } = networkOf(given);
  const added = tensors.filter((tensor) => !outputs.has(tensor));
  const missing = added.find((tensor) => !makers.has(tensor) || !floats.has(tensor));
  if (missing !== undefined) {
    throw new GraphError('invalid_argument', `No node of the main graph makes the FP32 tensor ${missing}.`);
  }
  const known = new Map(model.graph.valueInfo.map((info) => [info.name, info]));
  const infos = added.map((name): ValueInfo => {
    return known.get(name) ?? { name, type: { kind: 'tensor', elementType: 'float' }, metadata: [] };
  });
  const valueInfo = model.graph.valueInfo.filter(({ name = '' }) => !added.includes(name));
  const graph = { ...model.graph, valueInfo, outputs: [...model.graph.outputs, ...infos] };
  return withoutDeadCode({ ...model, graph });
}
