import { toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  FunctionProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  SparseTensorProtoSchema,
  StringStringEntryProtoSchema,
  TensorAnnotationSchema,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from '../../generated/onnx/onnx_pb.ts';
import type { Bytes } from '../bytes.ts';
import { elementNumber } from '../element-types.ts';
import type {
  Attribute,
  Entry,
  Graph,
  ModelFunction,
  Node,
  OnnxModel,
  OperatorSet,
  SparseTensor,
  Tensor,
  ValueInfo,
} from '../model.ts';
import { ATTRIBUTE_KINDS } from './attribute-kinds.ts';
import { createSink } from './sink.ts';
import { message, typeOf } from './type-to-proto.ts';

/** Where the elements of a tensor go that do not go into the model. */
export interface Placement {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/** A model as protobuf writes it, with the numbers of pieces in place of elements. */
export interface StructuredModel {
  readonly structure: Uint8Array;
  readonly pieces: readonly Bytes[];
}

const EXTERNAL = 1;
const DEFAULT = 0;

/** Makes messages of a plain value: fields in the order of their numbers, unknown ones last. */
export function structureOf(model: OnnxModel, placements: ReadonlyMap<Tensor, Placement>): StructuredModel {
  const pieces: Bytes[] = [];
  const pieceOf = (bytes: Bytes): Uint8Array<ArrayBuffer> => {
    const ordinal = createSink(8, 'ordinal');
    ordinal.varint(pieces.length);
    pieces.push(bytes);
    return new Uint8Array(ordinal.finish());
  };

  const graphOf = (graph: Graph): GraphProto =>
    message(GraphProtoSchema, graph, {
      node: graph.nodes.map(nodeOf),
      name: graph.name,
      initializer: graph.initializers.map(tensorOf),
      docString: graph.docString,
      input: graph.inputs.map(valueInfoOf),
      output: graph.outputs.map(valueInfoOf),
      valueInfo: graph.valueInfo.map(valueInfoOf),
      quantizationAnnotation: graph.annotations.map((each) =>
        message(TensorAnnotationSchema, each, {
          tensorName: each.tensor,
          quantParameterTensorNames: each.parameters.map(entryOf),
        }),
      ),
      sparseInitializer: graph.sparseInitializers.map(sparseOf),
      metadataProps: graph.metadata.map(entryOf),
    });

  const functionOf = (each: ModelFunction) =>
    message(FunctionProtoSchema, each, {
      name: each.name,
      input: [...each.inputs],
      output: [...each.outputs],
      attribute: [...each.attributes],
      node: each.nodes.map(nodeOf),
      docString: each.docString,
      opsetImport: each.opsets.map(opsetOf),
      domain: each.domain,
      attributeProto: each.defaults.map(attributeOf),
      valueInfo: each.valueInfo.map(valueInfoOf),
      overload: each.overload,
      metadataProps: each.metadata.map(entryOf),
    });

  const nodeOf = (node: Node): NodeProto =>
    message(NodeProtoSchema, node, {
      input: [...node.inputs],
      output: [...node.outputs],
      name: node.name,
      opType: node.op,
      attribute: node.attributes.map(attributeOf),
      docString: node.docString,
      domain: node.domain,
      overload: node.overload,
      metadataProps: node.metadata.map(entryOf),
    });

  const attributeOf = (attribute: Attribute): AttributeProto => {
    const { value, name, docString } = attribute;
    const head = { name, docString };
    if (value.kind === 'reference') {
      // Type 0 is what a file without a type has.
      const type = value.type === 0 ? undefined : value.type;
      return message(AttributeProtoSchema, attribute, { ...head, type, refAttrName: value.value });
    }
    const type = ATTRIBUTE_KINDS.find(({ kind }) => kind === value.kind)?.type;
    return message(AttributeProtoSchema, attribute, { ...head, type, ...attributeContent(value) });
  };

  const attributeContent = (value: Exclude<Attribute['value'], { kind: 'reference' }>) => {
    switch (value.kind) {
      case 'float':
        return { f: value.value };
      case 'int':
        return { i: value.value };
      case 'string':
        return { s: new Uint8Array(value.value) };
      case 'tensor':
        return { t: tensorOf(value.value) };
      case 'graph':
        return { g: graphOf(value.value) };
      case 'sparse_tensor':
        return { sparseTensor: sparseOf(value.value) };
      case 'type':
        return { tp: typeOf(value.value) };
      case 'floats':
        return { floats: [...value.value] };
      case 'ints':
        return { ints: [...value.value] };
      case 'strings':
        return { strings: value.value.map((each) => new Uint8Array(each)) };
      case 'tensors':
        return { tensors: value.value.map(tensorOf) };
      case 'graphs':
        return { graphs: value.value.map(graphOf) };
      case 'sparse_tensors':
        return { sparseTensors: value.value.map(sparseOf) };
      case 'types':
        return { typeProtos: value.value.map(typeOf) };
    }
  };

  const sparseOf = (sparse: SparseTensor) =>
    message(SparseTensorProtoSchema, sparse, {
      values: tensorOf(sparse.values),
      indices: tensorOf(sparse.indices),
      dims: sparse.dims.map(BigInt),
    });

  const tensorOf = (tensor: Tensor) =>
    message(TensorProtoSchema, tensor, {
      dims: tensor.dims.map(BigInt),
      dataType: elementNumber(tensor.elementType),
      name: tensor.name,
      docString: tensor.docString,
      metadataProps: tensor.metadata.map(entryOf),
      ...elementsOf(tensor),
    });

  const elementsOf = (tensor: Tensor) => {
    const placement = placements.get(tensor);
    if (placement !== undefined) {
      const externalData = Object.entries(placement).map(([key, value]) =>
        message(StringStringEntryProtoSchema, {}, { key, value: String(value) }),
      );
      return { externalData, dataLocation: EXTERNAL };
    }
    const where = tensor.saysInside === true ? { dataLocation: DEFAULT } : {};
    const { data } = tensor;
    if (data.form === 'none') return where;
    if (data.form === 'strings')
      return { ...where, stringData: data.values.map((each) => new Uint8Array(each)) };
    const field = data.form === 'packed' ? data.field : 'rawData';
    return { ...where, [field]: pieceOf(data.bytes) };
  };

  const proto = message(ModelProtoSchema, model, {
    irVersion: model.irVersion === undefined ? undefined : BigInt(model.irVersion),
    producerName: model.producerName,
    producerVersion: model.producerVersion,
    domain: model.domain,
    modelVersion: model.modelVersion,
    docString: model.docString,
    graph: graphOf(model.graph),
    opsetImport: model.opsets.map(opsetOf),
    metadataProps: model.metadata.map(entryOf),
    functions: model.functions.map(functionOf),
  });
  return { structure: toBinary(ModelProtoSchema, proto), pieces };
}

function opsetOf(opset: OperatorSet) {
  const version = opset.version === undefined ? undefined : BigInt(opset.version);
  return message(OperatorSetIdProtoSchema, opset, { domain: opset.domain, version });
}

function entryOf(entry: Entry) {
  return message(StringStringEntryProtoSchema, entry, { key: entry.key, value: entry.value });
}

function valueInfoOf(info: ValueInfo) {
  return message(ValueInfoProtoSchema, info, {
    name: info.name,
    type: info.type === undefined ? undefined : typeOf(info.type),
    docString: info.docString,
    metadataProps: info.metadata.map(entryOf),
  });
}
