import type { TensorInfo, TensorShapeProto } from '../generated/tensorflow/tensorflow_pb.ts';
import { elementCount } from './bundle/bundle-index.ts';
import { countOps, type OpCount } from './count-ops.ts';
import { dataTypeName } from './data-types.ts';
import type { MetaGraph, SignatureDefinition, TensorFlowFormat, TensorFlowModel } from './model.ts';

/** What a file says of a tensor. A dimension is `null` where any size will do; so is a shape of any rank. */
export interface DescribedTensor {
  /** The argument of the signature; of a variable its name in the checkpoint. */
  readonly name: string;
  /** The tensor in the graph, such as `scores/y:0`; of several where it is sparse or composite. */
  readonly tensor: string;
  readonly dtype: string;
  readonly shape: readonly (number | null)[] | null;
}

/** A signature as plain data. */
export interface DescribedSignature {
  readonly name: string;
  readonly method: string;
  readonly inputs: readonly DescribedTensor[];
  readonly outputs: readonly DescribedTensor[];
}

/** One graph as plain data. */
export interface DescribedGraph {
  readonly tags: readonly string[];
  readonly tensorflow: string | null;
  readonly signatures: readonly DescribedSignature[];
  /** Placeholders without a default: what a graph without signatures is fed. */
  readonly placeholders: readonly DescribedTensor[];
  readonly nodes: number;
  readonly functions: number;
  /** Sorted by name. */
  readonly ops: readonly OpCount[];
  readonly assets: readonly string[];
}

/** What stands in a TensorFlow model, as plain data for people and programs. */
export interface TensorFlowDescription {
  readonly format: TensorFlowFormat;
  readonly graphs: readonly DescribedGraph[];
  /** Tensors of the checkpoint, with those that only training needs; sorted by name. */
  readonly variables: readonly (Omit<DescribedTensor, 'tensor'> & { readonly elements: number })[];
  /** Elements of all variables that hold numbers. */
  readonly parameters: number;
}

/** Describes a model that was read, without reading any values. */
export function inspectTensorFlow(model: TensorFlowModel): TensorFlowDescription {
  const variables = [...(model.variables?.tensors.values() ?? [])].map(({ name, dtype, shape }) => ({
    name,
    dtype: dtype.name,
    shape,
    elements: elementCount(shape),
    numeric: dtype.size !== null,
  }));
  return {
    format: model.format,
    graphs: model.metaGraphs.map(describeGraph),
    variables: variables.map(({ numeric: _, ...variable }) => variable).toSorted(byName),
    parameters: variables.reduce((sum, { numeric, elements }) => sum + (numeric ? elements : 0), 0),
  };
}

function describeGraph({ graph, signatures, tags, tensorflow, assets }: MetaGraph): DescribedGraph {
  return {
    tags,
    tensorflow: tensorflow ?? null,
    signatures: [...signatures].map(describeSignature).toSorted(byName),
    placeholders: describePlaceholders(graph.nodes),
    nodes: graph.nodes.length,
    functions: graph.functions.size,
    ops: countOps([graph.nodes, ...[...graph.functions.values()].map(({ nodeDef }) => nodeDef)].flat()),
    assets: assets.map(({ path }) => path),
  };
}

function describeSignature([name, signature]: [string, SignatureDefinition]): DescribedSignature {
  const describe = (infos: ReadonlyMap<string, TensorInfo>) =>
    [...infos].map(([key, info]) => describeInfo(key, info)).toSorted(byName);
  return {
    name,
    method: signature.method,
    inputs: describe(signature.inputs),
    outputs: describe(signature.outputs),
  };
}

function describeInfo(name: string, info: TensorInfo): DescribedTensor {
  return {
    name,
    tensor: tensorsOf(info).join(', '),
    dtype: dataTypeName(info.dtype),
    shape: dimensions(info.tensorShape),
  };
}

function tensorsOf({ encoding }: TensorInfo): string[] {
  if (encoding.case === 'name') return [encoding.value];
  if (encoding.case === 'compositeTensor') return encoding.value.components.flatMap(tensorsOf);
  if (encoding.case !== 'cooSparse') return [];
  const { valuesTensorName, indicesTensorName, denseShapeTensorName } = encoding.value;
  return [valuesTensorName, indicesTensorName, denseShapeTensorName];
}

function describePlaceholders(nodes: MetaGraph['graph']['nodes']): DescribedTensor[] {
  return nodes
    .filter(({ op }) => op === 'Placeholder')
    .map(({ name, attr }) => {
      const type = attr['dtype']?.value;
      const shape = attr['shape']?.value;
      return {
        name,
        tensor: `${name}:0`,
        dtype: dataTypeName(type?.case === 'type' ? type.value : 0),
        shape: shape?.case === 'shape' ? dimensions(shape.value) : null,
      };
    });
}

function dimensions(shape: TensorShapeProto | undefined): (number | null)[] | null {
  if (shape === undefined || shape.unknownRank) return null;
  return shape.dim.map(({ size }) => (size < 0n ? null : Number(size)));
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
