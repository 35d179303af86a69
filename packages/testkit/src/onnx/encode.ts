// Field numbers are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
import type { Datatype, Dimension, Tensor, TensorSpec } from '@slipway/contract';
import type {
  ExternalInitializer,
  OnnxAttribute,
  OnnxGraph,
  OnnxInitializer,
  OnnxModel,
  OnnxNode,
} from './model.ts';
import {
  bytesField,
  type Field,
  floatField,
  floatsField,
  integerField,
  integersField,
  joinFields,
  messageField,
  textField,
} from './wire.ts';

/** The file format's version; 8 is what opset 15 to 18 came with, and every ONNX Runtime since 1.10 reads it. */
const IR_VERSION = 8;

const EXTERNAL_DATA = 1;

const ELEMENT_TYPE: Readonly<Record<Datatype, number>> = {
  FP32: 1,
  UINT8: 2,
  INT8: 3,
  UINT16: 4,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  BYTES: 8,
  BOOL: 9,
  FP16: 10,
  FP64: 11,
  UINT32: 12,
  UINT64: 13,
  BF16: 16,
};

const ATTRIBUTE_TYPE = { float: 1, int: 2, text: 3, tensor: 4, graph: 5, floats: 6, ints: 7 } as const;

/** The bytes of an `.onnx` file. Elements are written as they lie in memory, so only on little-endian machines. */
export function encodeModel(model: OnnxModel): Uint8Array {
  return joinFields([
    integerField(1, IR_VERSION),
    textField(2, 'slipway-testkit'),
    messageField(7, graphFields(model.graph)),
    messageField(8, [textField(1, ''), integerField(2, model.opset)]),
    ...Object.entries(model.metadata ?? {}).map(([key, value]) =>
      messageField(14, [textField(1, key), textField(2, value)]),
    ),
  ]);
}

function graphFields(graph: OnnxGraph): Field[] {
  return [
    ...graph.nodes.map((node, index) => messageField(1, nodeFields(node, index))),
    textField(2, graph.name ?? 'graph'),
    ...(graph.initializers ?? []).map((initializer) => messageField(5, initializerFields(initializer))),
    ...graph.inputs.map((input) => messageField(11, valueFields(input))),
    ...graph.outputs.map((output) => messageField(12, valueFields(output))),
  ];
}

function nodeFields(node: OnnxNode, index: number): Field[] {
  return [
    ...node.inputs.map((input) => textField(1, input)),
    ...node.outputs.map((output) => textField(2, output)),
    textField(3, `${node.operator}_${index}`),
    textField(4, node.operator),
    ...Object.entries(node.attributes ?? {}).map(([name, attribute]) =>
      messageField(5, [textField(1, name), ...attributeFields(attribute)]),
    ),
  ];
}

function attributeFields(attribute: OnnxAttribute): Field[] {
  const type = (kind: keyof typeof ATTRIBUTE_TYPE) => integerField(20, ATTRIBUTE_TYPE[kind]);
  if ('float' in attribute) return [floatField(2, attribute.float), type('float')];
  if ('int' in attribute) return [integerField(3, attribute.int), type('int')];
  if ('text' in attribute) return [textField(4, attribute.text), type('text')];
  if ('tensor' in attribute) return [messageField(5, tensorFields(attribute.tensor)), type('tensor')];
  if ('graph' in attribute) return [messageField(6, graphFields(attribute.graph)), type('graph')];
  if ('floats' in attribute) return [floatsField(7, attribute.floats), type('floats')];
  return [integersField(8, attribute.ints), type('ints')];
}

function initializerFields(initializer: OnnxInitializer): Field[] {
  return 'external' in initializer ? externalTensorFields(initializer) : tensorFields(initializer);
}

function tensorFields(tensor: Tensor): Field[] {
  return [...tensorHeaderFields(tensor), ...elementFields(tensor)];
}

function externalTensorFields(tensor: ExternalInitializer): Field[] {
  const { location, offset, length } = tensor.external;
  const entries = { location, offset: String(offset), length: String(length) };
  return [
    ...tensorHeaderFields(tensor),
    ...Object.entries(entries).map(([key, value]) =>
      messageField(13, [textField(1, key), textField(2, value)]),
    ),
    integerField(14, EXTERNAL_DATA),
  ];
}

function tensorHeaderFields(tensor: Pick<Tensor, 'name' | 'datatype' | 'shape'>): Field[] {
  return [
    integersField(1, tensor.shape),
    integerField(2, ELEMENT_TYPE[tensor.datatype]),
    textField(8, tensor.name),
  ];
}

function elementFields(tensor: Tensor): Field[] {
  const { data } = tensor;
  if (!ArrayBuffer.isView(data)) return data.map((element) => bytesField(6, element));
  return [bytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))];
}

function valueFields(value: TensorSpec): Field[] {
  const shape = value.shape.map((dimension) => messageField(1, dimensionFields(dimension)));
  const tensorType = [integerField(1, ELEMENT_TYPE[value.datatype]), messageField(2, shape)];
  return [textField(1, value.name), messageField(2, [messageField(1, tensorType)])];
}

function dimensionFields(dimension: Dimension): Field[] {
  if (dimension === null) return [];
  return [typeof dimension === 'number' ? integerField(1, dimension) : textField(2, dimension)];
}
