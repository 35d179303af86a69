import type {
  AttributeProto,
  FunctionProto,
  GraphProto,
  ModelProto,
  NodeProto,
  OperatorSetIdProto,
  SparseTensorProto,
  TensorShapeProto,
  TypeProto,
  ValueInfoProto,
} from '../../generated/onnx/onnx_pb.ts';
import { GraphError } from '../../graph-error.ts';
import { type ElementType, elementTypeOf } from '../element-types.ts';
import type {
  Attribute,
  AttributeValue,
  Graph,
  ModelFunction,
  Node,
  OnnxModel,
  OperatorSet,
  Shape,
  SparseTensor,
  ValueInfo,
  ValueType,
} from '../model.ts';
import { ATTRIBUTE_KINDS } from './attribute-kinds.ts';
import { entryFrom, type TensorSource, tensorFrom } from './tensor-from-proto.ts';
import { unknownOf, wholeNumber } from './whole-number.ts';

/** Makes the plain value of a model. Throws `invalid_file`, with the node or tensor that is wrong. */
export function modelFrom(proto: ModelProto, source: TensorSource): OnnxModel {
  if (proto.graph === undefined) {
    throw new GraphError('invalid_file', `${source.path} has no graph: it is no ONNX model.`);
  }
  return {
    irVersion: optionalNumber(proto.irVersion, 'ir_version'),
    producerName: proto.producerName,
    producerVersion: proto.producerVersion,
    domain: proto.domain,
    modelVersion: proto.modelVersion,
    docString: proto.docString,
    graph: graphFrom(proto.graph, source),
    opsets: proto.opsetImport.map(opsetFrom),
    metadata: proto.metadataProps.map(entryFrom),
    functions: proto.functions.map((each) => functionFrom(each, source)),
    ...unknownOf(proto),
  };
}

function optionalNumber(value: bigint | undefined, what: string): number | undefined {
  return value === undefined ? undefined : wholeNumber(value, what);
}

function opsetFrom(proto: OperatorSetIdProto): OperatorSet {
  const version = optionalNumber(proto.version, 'version of an operator set');
  return { domain: proto.domain, version, ...unknownOf(proto) };
}

function graphFrom(proto: GraphProto, source: TensorSource): Graph {
  return {
    name: proto.name,
    nodes: proto.node.map((node) => nodeFrom(node, source)),
    initializers: proto.initializer.map((tensor) => tensorFrom(tensor, source)),
    sparseInitializers: proto.sparseInitializer.map((tensor) => sparseFrom(tensor, source)),
    inputs: proto.input.map(valueInfoFrom),
    outputs: proto.output.map(valueInfoFrom),
    valueInfo: proto.valueInfo.map(valueInfoFrom),
    annotations: proto.quantizationAnnotation.map((each) => ({
      tensor: each.tensorName,
      parameters: each.quantParameterTensorNames.map(entryFrom),
      ...unknownOf(each),
    })),
    docString: proto.docString,
    metadata: proto.metadataProps.map(entryFrom),
    ...unknownOf(proto),
  };
}

function functionFrom(proto: FunctionProto, source: TensorSource): ModelFunction {
  return {
    name: proto.name,
    domain: proto.domain,
    overload: proto.overload,
    inputs: proto.input,
    outputs: proto.output,
    attributes: proto.attribute,
    defaults: proto.attributeProto.map((each) => attributeFrom(each, source)),
    nodes: proto.node.map((node) => nodeFrom(node, source)),
    opsets: proto.opsetImport.map(opsetFrom),
    valueInfo: proto.valueInfo.map(valueInfoFrom),
    docString: proto.docString,
    metadata: proto.metadataProps.map(entryFrom),
    ...unknownOf(proto),
  };
}

function nodeFrom(proto: NodeProto, source: TensorSource): Node {
  const place = `node ${proto.name ?? proto.output[0] ?? ''} (${proto.opType ?? ''})`;
  const inside = { ...source, place };
  return {
    name: proto.name,
    op: proto.opType,
    domain: proto.domain,
    overload: proto.overload,
    inputs: proto.input,
    outputs: proto.output,
    attributes: proto.attribute.map((attribute) => attributeFrom(attribute, inside)),
    docString: proto.docString,
    metadata: proto.metadataProps.map(entryFrom),
    ...unknownOf(proto),
  };
}

function attributeFrom(proto: AttributeProto, source: TensorSource): Attribute {
  const value = attributeValue(proto, source);
  return { name: proto.name, docString: proto.docString, value, ...unknownOf(proto) };
}

function attributeValue(proto: AttributeProto, source: TensorSource): AttributeValue {
  if (proto.refAttrName !== undefined && proto.refAttrName !== '') {
    return { kind: 'reference', value: proto.refAttrName, type: proto.type ?? 0 };
  }
  const there = ATTRIBUTE_KINDS.filter(({ field }) => {
    const held = proto[field];
    return Array.isArray(held) ? held.length > 0 : held !== undefined;
  });
  // The first writers of ONNX left the type out.
  const said = proto.type ?? 0;
  const found = said === 0 ? there[0] : ATTRIBUTE_KINDS.find(({ type }) => type === said);
  if (found === undefined) return refuse(source, proto, said === 0 ? 'no value' : `the unknown type ${said}`);
  if (there.some(({ kind }) => kind !== found.kind)) {
    return refuse(source, proto, `values of several types: ${there.map(({ kind }) => kind).join(', ')}`);
  }
  switch (found.kind) {
    case 'float':
      return { kind: 'float', value: proto.f ?? 0 };
    case 'int':
      return { kind: 'int', value: proto.i ?? 0n };
    case 'string':
      return { kind: 'string', value: proto.s ?? new Uint8Array(0) };
    case 'tensor':
      if (proto.t === undefined) break;
      return { kind: 'tensor', value: tensorFrom(proto.t, source) };
    case 'graph':
      if (proto.g === undefined) break;
      return { kind: 'graph', value: graphFrom(proto.g, source) };
    case 'sparse_tensor':
      if (proto.sparseTensor === undefined) break;
      return { kind: 'sparse_tensor', value: sparseFrom(proto.sparseTensor, source) };
    case 'type':
      if (proto.tp === undefined) break;
      return { kind: 'type', value: typeFrom(proto.tp) };
    case 'floats':
      return { kind: 'floats', value: proto.floats };
    case 'ints':
      return { kind: 'ints', value: proto.ints };
    case 'strings':
      return { kind: 'strings', value: proto.strings };
    case 'tensors':
      return { kind: 'tensors', value: proto.tensors.map((each) => tensorFrom(each, source)) };
    case 'graphs':
      return { kind: 'graphs', value: proto.graphs.map((each) => graphFrom(each, source)) };
    case 'sparse_tensors':
      return { kind: 'sparse_tensors', value: proto.sparseTensors.map((each) => sparseFrom(each, source)) };
    case 'types':
      return { kind: 'types', value: proto.typeProtos.map(typeFrom) };
  }
  return refuse(source, proto, `the type ${found.kind} and no value`);
}

function refuse(source: TensorSource, proto: AttributeProto, why: string): never {
  const said = `${source.path}, ${source.place}: the attribute ${proto.name ?? ''} has ${why}.`;
  throw new GraphError('invalid_file', said);
}

function sparseFrom(proto: SparseTensorProto, source: TensorSource): SparseTensor {
  if (proto.values === undefined || proto.indices === undefined) {
    const said = `${source.path}, ${source.place}: a sparse tensor has no values or no indices.`;
    throw new GraphError('invalid_file', said);
  }
  return {
    values: tensorFrom(proto.values, source),
    indices: tensorFrom(proto.indices, source),
    dims: proto.dims.map((dim) => wholeNumber(dim, 'a dimension of a sparse tensor')),
    ...unknownOf(proto),
  };
}

function valueInfoFrom(proto: ValueInfoProto): ValueInfo {
  return {
    name: proto.name,
    type: proto.type === undefined ? undefined : typeFrom(proto.type),
    docString: proto.docString,
    metadata: proto.metadataProps.map(entryFrom),
    ...unknownOf(proto),
  };
}

function typeFrom(proto: TypeProto): ValueType {
  const outer = { denotation: proto.denotation, ...unknownOf(proto) };
  const held = proto.value;
  if (held.case === undefined) return { kind: 'none', ...outer };
  const innerUnknown = unknownOf(held.value).unknown;
  const both = innerUnknown === undefined ? outer : { ...outer, innerUnknown };
  switch (held.case) {
    case 'tensorType':
    case 'sparseTensorType': {
      const kind = held.case === 'tensorType' ? 'tensor' : 'sparse_tensor';
      return {
        kind,
        elementType: elementFrom(held.value.elemType),
        shape: shapeFrom(held.value.shape),
        ...both,
      };
    }
    case 'sequenceType':
    case 'optionalType': {
      const element = held.value.elemType;
      const kind = held.case === 'sequenceType' ? 'sequence' : 'optional';
      return { kind, element: element === undefined ? undefined : typeFrom(element), ...both };
    }
    case 'mapType': {
      const element = held.value.valueType;
      const key = elementFrom(held.value.keyType);
      return { kind: 'map', key, element: element === undefined ? undefined : typeFrom(element), ...both };
    }
    case 'opaqueType':
      return { kind: 'opaque', domain: held.value.domain, name: held.value.name, ...both };
  }
}

function elementFrom(number: number | undefined): ElementType | undefined {
  if (number === undefined) return undefined;
  const type = elementTypeOf(number);
  if (type === undefined) {
    throw new GraphError('unsupported', `The element type ${number} is none that ONNX 1.23 has.`);
  }
  return type;
}

function shapeFrom(proto: TensorShapeProto | undefined): Shape | undefined {
  if (proto === undefined) return undefined;
  const dims = proto.dim.map((dim) => ({
    size: dim.value.case === 'dimValue' ? wholeNumber(dim.value.value, 'a dimension') : dim.value.value,
    denotation: dim.denotation,
    ...unknownOf(dim),
  }));
  return { dims, ...unknownOf(proto) };
}
