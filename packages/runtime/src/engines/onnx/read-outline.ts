// Field numbers are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
import type { BfloatEnds } from '../engine.ts';
import { type ProtobufField, readFields } from './protobuf-fields.ts';
import type { WindowedFile } from './windowed-file.ts';

/** What an ONNX file says of itself without its weights. */
export interface OnnxOutline {
  readonly irVersion: number | undefined;
  readonly hasGraph: boolean;
  /** The graph with its subgraphs, and each function: a name means one value in each. */
  readonly scopes: readonly OutlineScope[];
  readonly externalTensors: readonly ExternalTensor[];
  /** Inputs that a caller must give, and outputs, whose elements are BF16. */
  readonly bfloats: BfloatEnds;
  /** What its maker wrote about it, by key. */
  readonly metadata: ReadonlyMap<string, string>;
}

export interface OutlineScope {
  /** In an order in which each comes after those whose outputs it takes; what is in a subgraph comes before its node. */
  readonly nodes: readonly OutlineNode[];
  /** Names of the values that are written in the file. */
  readonly constants: ReadonlySet<string>;
}

export interface OutlineNode {
  readonly operator: string;
  /** An optional input that is left out has an empty name. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly hasSubgraph: boolean;
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

const MODEL = { irVersion: 1, graph: 7, metadata: 14, functions: 25 } as const;
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12 } as const;
const FUNCTION_NODE = 7;
const VALUE = { name: 1, type: 2 } as const;
const TENSOR_TYPE = 1;
const ELEMENT_TYPE = 1;
const BFLOAT16 = 16;
const NODE = { input: 1, output: 2, operator: 4, attribute: 5 } as const;
const ATTRIBUTE = { tensor: 5, graph: 6, tensors: 10, graphs: 11 } as const;
const TENSOR = { name: 8, externalData: 13, dataLocation: 14 } as const;
const ENTRY = { key: 1, value: 2 } as const;
const EXTERNAL = 1;

interface GrowingScope {
  readonly nodes: OutlineNode[];
  readonly constants: Set<string>;
}

/** Reads the outline; throws `ProtobufError` where the bytes are no protobuf. */
export function readOutline(file: WindowedFile): OnnxOutline {
  const scopes: OutlineScope[] = [];
  const externalTensors: ExternalTensor[] = [];
  let irVersion: number | undefined;
  const bfloats = { inputs: [] as string[], outputs: [] as string[] };
  const metadata = new Map<string, string>();
  let hasGraph = false;

  const model = () => {
    for (const field of readFields(file, 0, file.size)) {
      if (field.number === MODEL.irVersion) irVersion = field.value;
      else if (field.number === MODEL.metadata) entry(field, metadata);
      else if (field.number === MODEL.functions) scopes.push(functionBody(field));
      else if (field.number === MODEL.graph) {
        hasGraph = true;
        scopes.push(mainGraph(field));
      }
    }
  };
  const mainGraph = (whole: ProtobufField): OutlineScope => {
    const scope = { nodes: [], constants: new Set<string>() };
    graph(whole, scope);
    // A caller may give another value for an initializer that is an input, too.
    for (const field of readFields(file, whole.start, whole.end)) {
      if (field.number === GRAPH.input) {
        const { name, elementType } = value(field);
        const hasDefault = scope.constants.delete(name);
        if (elementType === BFLOAT16 && !hasDefault) bfloats.inputs.push(name);
      } else if (field.number === GRAPH.output) {
        const { name, elementType } = value(field);
        if (elementType === BFLOAT16) bfloats.outputs.push(name);
      }
    }
    return scope;
  };
  const functionBody = (whole: ProtobufField): OutlineScope => {
    const scope = { nodes: [], constants: new Set<string>() };
    for (const field of readFields(file, whole.start, whole.end)) {
      if (field.number === FUNCTION_NODE) node(field, scope);
    }
    return scope;
  };
  const graph = (whole: ProtobufField, scope: GrowingScope) => {
    for (const field of readFields(file, whole.start, whole.end)) {
      if (field.number === GRAPH.node) node(field, scope);
      else if (field.number === GRAPH.initializer) scope.constants.add(tensor(field));
    }
  };
  const value = (whole: ProtobufField) => {
    let name = '';
    let elementType: number | undefined;
    for (const field of readFields(file, whole.start, whole.end)) {
      if (field.number === VALUE.name) name = textOf(field);
      else if (field.number === VALUE.type) elementType = tensorElementType(field);
    }
    return { name, elementType };
  };
  /** `undefined` for what is no tensor. */
  const tensorElementType = (type: ProtobufField): number | undefined => {
    for (const kind of readFields(file, type.start, type.end)) {
      if (kind.number !== TENSOR_TYPE) continue;
      for (const field of readFields(file, kind.start, kind.end)) {
        if (field.number === ELEMENT_TYPE) return field.value;
      }
    }
    return undefined;
  };
  const node = (whole: ProtobufField, scope: GrowingScope) => {
    const inputs: string[] = [];
    const outputs: string[] = [];
    let operator = '';
    let hasSubgraph = false;
    for (const field of readFields(file, whole.start, whole.end)) {
      if (field.number === NODE.input) inputs.push(textOf(field));
      else if (field.number === NODE.output) outputs.push(textOf(field));
      else if (field.number === NODE.operator) operator = textOf(field);
      else if (field.number === NODE.attribute && attribute(field, scope)) hasSubgraph = true;
    }
    scope.nodes.push({ operator, inputs, outputs, hasSubgraph });
  };
  /** True if the attribute is a graph. */
  const attribute = (whole: ProtobufField, scope: GrowingScope): boolean => {
    let isGraph = false;
    for (const field of readFields(file, whole.start, whole.end)) {
      if (field.number === ATTRIBUTE.graph || field.number === ATTRIBUTE.graphs) {
        isGraph = true;
        graph(field, scope);
      } else if (field.number === ATTRIBUTE.tensor || field.number === ATTRIBUTE.tensors) tensor(field);
    }
    return isGraph;
  };
  const textOf = (field: ProtobufField) => file.textAt(field.start, field.end);
  const tensor = (whole: ProtobufField): string => {
    const entries = new Map<string, string>();
    let name = '';
    let external = false;
    for (const field of readFields(file, whole.start, whole.end)) {
      if (field.number === TENSOR.name) name = textOf(field);
      else if (field.number === TENSOR.dataLocation) external = field.value === EXTERNAL;
      else if (field.number === TENSOR.externalData) entry(field, entries);
    }
    if (external) externalTensors.push(externalTensor(name, entries));
    return name;
  };
  const entry = (whole: ProtobufField, entries: Map<string, string>) => {
    let key = '';
    let value = '';
    for (const field of readFields(file, whole.start, whole.end)) {
      if (field.number === ENTRY.key) key = textOf(field);
      else if (field.number === ENTRY.value) value = textOf(field);
    }
    entries.set(key, value);
  };

  model();
  return { irVersion, hasGraph, scopes, externalTensors, bfloats, metadata };
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
