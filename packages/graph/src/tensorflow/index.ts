export { GraphError, type GraphErrorCode, type RefusedNode } from '../graph-error.ts';
export { chooseGraph } from '../import/choose-graph.ts';
export {
  type ChosenTensor,
  type ChosenTensors,
  chooseTensors,
  type TensorRequest,
} from '../import/choose-tensors.ts';
export { type ImportRequest, importTensorFlow } from '../import/import-tensorflow.ts';
export type { ImagePreprocessing, ImportedModel, ImportReport, Rgb } from '../import/imported-model.ts';
export type { Box } from './bundle/box.ts';
export type { SavedTensor } from './bundle/bundle-index.ts';
export type { Checkpoint } from './bundle/checkpoint.ts';
export type { TensorValues } from './bundle/read-tensor.ts';
export { type ConstantTensor, readConstant } from './constant.ts';
export type { OpCount } from './count-ops.ts';
export { type DataType, dataType } from './data-types.ts';
export {
  type DescribedGraph,
  type DescribedSignature,
  type DescribedTensor,
  inspectTensorFlow,
  type TensorFlowDescription,
} from './inspect.ts';
export { loadTensorFlow } from './load-tensorflow.ts';
export type {
  Asset,
  MetaGraph,
  SignatureDefinition,
  TensorFlowFormat,
  TensorFlowGraph,
  TensorFlowModel,
} from './model.ts';
