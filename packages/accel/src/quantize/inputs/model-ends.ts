import { type Datatype, SlipwayError } from '@slipway/contract';
import type { ElementType, OnnxModel, ValueInfo } from '@slipway/graph/onnx';

/** An input or output; a size is `undefined` where any will do. */
export interface ModelEnd {
  readonly name: string;
  readonly elementType: ElementType | undefined;
  readonly dims: readonly (number | undefined)[];
}

const DATATYPES: Partial<Record<ElementType, Datatype>> = {
  bool: 'BOOL',
  uint8: 'UINT8',
  uint16: 'UINT16',
  uint32: 'UINT32',
  uint64: 'UINT64',
  int8: 'INT8',
  int16: 'INT16',
  int32: 'INT32',
  int64: 'INT64',
  float16: 'FP16',
  float: 'FP32',
  double: 'FP64',
};

/** What whoever runs the model gives: inputs that have no value of their own. */
export function inputsOf({ graph }: OnnxModel): readonly ModelEnd[] {
  const constants = new Set(graph.initializers.map(({ name }) => name));
  return graph.inputs.filter(({ name }) => !constants.has(name)).map(endOf);
}

/** FP32 outputs, in their order. */
export function fp32Outputs({ graph }: OnnxModel): readonly ModelEnd[] {
  return graph.outputs.map(endOf).filter(({ elementType }) => elementType === 'float');
}

/** All inputs, which must be FP32. */
export function fp32Inputs(model: OnnxModel): readonly ModelEnd[] {
  const inputs = inputsOf(model);
  const other = inputs.find(({ elementType }) => elementType !== 'float');
  if (other === undefined) return inputs;
  throw new SlipwayError(
    'unsupported',
    `The input ${other.name} is ${other.elementType ?? 'no tensor'}, and noise is FP32: give samples.`,
  );
}

/** As tensors here name it; `undefined` for what none holds. */
export function datatypeOf({ elementType }: ModelEnd): Datatype | undefined {
  return elementType === undefined ? undefined : DATATYPES[elementType];
}

function endOf({ name = '', type }: ValueInfo): ModelEnd {
  if (type?.kind !== 'tensor') return { name, elementType: undefined, dims: [] };
  const dims = type.shape?.dims ?? [];
  return {
    name,
    elementType: type.elementType,
    dims: dims.map(({ size }) => (typeof size === 'number' ? size : undefined)),
  };
}
