// Field numbers are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
import { type ProtobufField, readFields } from './protobuf-fields.ts';
import type { WindowedFile } from './windowed-file.ts';

/** What an ONNX file says of itself without its weights. */
export interface OnnxOutline {
  readonly irVersion: number | undefined;
  readonly hasGraph: boolean;
  /** Operators anywhere in it, in subgraphs and functions too. */
  readonly operators: ReadonlySet<string>;
  readonly externalTensors: readonly ExternalTensor[];
}

/** A tensor whose elements lie in a file beside the model. */
export interface ExternalTensor {
  readonly tensor: string;
  /** Path relative to the model file, as it is written there. */
  readonly location: string;
  readonly offset: number;
  /** Absent: up to the end of the file. */
  readonly length: number | undefined;
}

const MODEL = { irVersion: 1, graph: 7, functions: 25 } as const;
const GRAPH = { node: 1, initializer: 5 } as const;
const FUNCTION_NODE = 7;
const NODE = { operator: 4, attribute: 5 } as const;
const ATTRIBUTE = { tensor: 5, graph: 6, tensors: 10, graphs: 11 } as const;
const TENSOR = { name: 8, externalData: 13, dataLocation: 14 } as const;
const ENTRY = { key: 1, value: 2 } as const;
const EXTERNAL = 1;

/** Reads the outline; throws `ProtobufError` where the bytes are no protobuf. */
export function readOutline(file: WindowedFile): OnnxOutline {
  const operators = new Set<string>();
  const externalTensors: ExternalTensor[] = [];
  let irVersion: number | undefined;
  let hasGraph = false;

  const model = () => {
    for (const field of readFields(file, 0, file.size)) {
      if (field.number === MODEL.irVersion) irVersion = field.value;
      else if (field.number === MODEL.functions) functionBody(field);
      else if (field.number === MODEL.graph) {
        hasGraph = true;
        graph(field);
      }
    }
  };
  const graph = (whole: ProtobufField) => {
    for (const field of readFields(file, whole.start, whole.end)) {
      if (field.number === GRAPH.node) node(field);
      else if (field.number === GRAPH.initializer) tensor(field);
    }
  };
  const functionBody = (whole: ProtobufField) => {
    for (const field of readFields(file, whole.start, whole.end)) {
      if (field.number === FUNCTION_NODE) node(field);
    }
  };
  const node = (whole: ProtobufField) => {
    for (const field of readFields(file, whole.start, whole.end)) {
      if (field.number === NODE.operator) operators.add(file.textAt(field.start, field.end));
      else if (field.number === NODE.attribute) attribute(field);
    }
  };
  const attribute = (whole: ProtobufField) => {
    for (const field of readFields(file, whole.start, whole.end)) {
      if (field.number === ATTRIBUTE.graph || field.number === ATTRIBUTE.graphs) graph(field);
      else if (field.number === ATTRIBUTE.tensor || field.number === ATTRIBUTE.tensors) tensor(field);
    }
  };
  const tensor = (whole: ProtobufField) => {
    const entries = new Map<string, string>();
    let name = '';
    let external = false;
    for (const field of readFields(file, whole.start, whole.end)) {
      if (field.number === TENSOR.name) name = file.textAt(field.start, field.end);
      else if (field.number === TENSOR.dataLocation) external = field.value === EXTERNAL;
      else if (field.number === TENSOR.externalData) entry(field, entries);
    }
    if (external) externalTensors.push(externalTensor(name, entries));
  };
  const entry = (whole: ProtobufField, entries: Map<string, string>) => {
    let key = '';
    let value = '';
    for (const field of readFields(file, whole.start, whole.end)) {
      if (field.number === ENTRY.key) key = file.textAt(field.start, field.end);
      else if (field.number === ENTRY.value) value = file.textAt(field.start, field.end);
    }
    entries.set(key, value);
  };

  model();
  return { irVersion, hasGraph, operators, externalTensors };
}

function externalTensor(tensor: string, entries: ReadonlyMap<string, string>): ExternalTensor {
  const length = entries.get('length');
  return {
    tensor,
    location: entries.get('location') ?? '',
    offset: Number(entries.get('offset') ?? 0),
    length: length === undefined ? undefined : Number(length),
  };
}
