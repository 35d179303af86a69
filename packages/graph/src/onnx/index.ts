export { GraphError, type GraphErrorCode } from '../graph-error.ts';
export { type Bytes, type FileRange, loadBytes, type SourceFile } from './bytes.ts';
export { type CheckOptions, checkModel, problemLine, requireValid } from './check/check-model.ts';
export { inferTypes } from './check/infer-types.ts';
export type { Problem } from './check/scope.ts';
export { type AttachOptions, attach } from './edit/attach.ts';
export { setBatch } from './edit/batch.ts';
export { castInput, castOutput } from './edit/casts.ts';
export { constantOf, constantsToInitializers, initializersToConstants } from './edit/constants.ts';
export { cutAt, cutBetween } from './edit/cut.ts';
export { withoutDeadCode } from './edit/dead-code.ts';
export { freeze, freezeInput } from './edit/freeze.ts';
export { setMetadata } from './edit/metadata.ts';
export { renameNode, renameTensor } from './edit/names.ts';
export { addInitializers, addNodes, makeNode, removeNodes, replaceNodes } from './edit/nodes.ts';
export { opsetOf, withOpset } from './edit/opset.ts';
export { type ElementType, elementBits, elementNumber, elementTypeOf } from './element-types.ts';
export { loadElements } from './load-elements.ts';
export { floatTensor, intTensor, stringTensor } from './make-tensor.ts';
export type {
  Annotation,
  Attribute,
  AttributeKind,
  AttributeValue,
  Dimension,
  Entry,
  Graph,
  MapType,
  ModelFunction,
  NestedType,
  Node,
  OnnxModel,
  OpaqueType,
  OperatorSet,
  PackedField,
  Shape,
  SparseTensor,
  Tensor,
  TensorData,
  TensorType,
  UnknownField,
  ValueInfo,
  ValueType,
} from './model.ts';
export { readModel } from './read-model.ts';
export { elementCount, rawSize } from './tensor-size.ts';
export { subgraphsOf, tensorsOf } from './tensors-of.ts';
export { DEFAULT_LIMITS, type ReadLimits } from './wire/carve.ts';
export { type WriteOptions, type WrittenModel, writeModel, writeModelSync } from './write-model.ts';
