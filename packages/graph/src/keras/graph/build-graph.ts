import { create } from '@bufbuild/protobuf';
import { type TensorInfo, TensorInfoSchema } from '../../generated/tensorflow/tensorflow_pb.ts';
import { GraphError, type RefusedNode } from '../../graph-error.ts';
import type { MetaGraph, SignatureDefinition } from '../../tensorflow/model.ts';
import { quoted } from '../../tensorflow/refusals.ts';
import { brokenConfig, type Fields, isList, type Json } from '../config/json.ts';
import type { Layer, Network } from '../config/network.ts';
import type { StoredWeight, Weights } from '../weights/assign-weights.ts';
import {
  type Builder,
  createBuilder,
  type Shape,
  shape,
  shapeProto,
  type Tensor,
  type,
  typeNumber,
  types,
} from './builder.ts';
import { type Emission, emitNetwork, type Refusal } from './emit-network.ts';

/** A model of Keras before it is a graph. */
export interface KerasModel {
  readonly file: string;
  readonly network: Network;
  readonly weights: Weights;
  /** The generation of Keras that wrote it. */
  readonly generation: 2 | 3;
}

/** The version of GraphDef that is written: that of TensorFlow 2.21. */
export const PRODUCER = 2_440;

/** What Keras calls the signature of an exported model. */
const SIGNATURE = 'serving_default';
const METHOD = 'tensorflow/serving/predict';

/** More lines than these, nobody reads. */
const MOST_REFUSALS = 200;

/**
 * The model as a TensorFlow graph that restores its variables from the weights by their paths. Inputs are
 * placeholders with the names of the input layers, and outputs are known by the names of their layers.
 * Throws `GraphError`, `unsupported` with all layers that cannot be converted exactly.
 */
export function buildGraph({ file, network, weights, generation }: KerasModel): MetaGraph {
  const builder = createBuilder(file);
  const refusals: Refusal[] = [];
  const variables = new Map<StoredWeight, Tensor>();
  const weight = (layer: Layer, slot: string): Tensor => {
    const stored = weights.get(layer)?.get(slot);
    if (stored === undefined)
      throw brokenConfig(file, `The layer ${quoted(layer.name)} has no weight ${quoted(slot)}.`);
    const variable = variables.get(stored) ?? variableOf(builder, layer, slot, stored);
    variables.set(stored, variable);
    return variable;
  };
  const emission: Emission = { file, builder, keras: generation, weight, refusals };
  const layers = new Map(network.layers.map((layer) => [layer.name, layer]));
  const inputs = network.inputs.map(({ layer }) => placeholderOf(file, builder, layers.get(layer) as Layer));
  const outputs = emitNetwork(emission, network, inputs, '');
  if (outputs === undefined) throw refused(file, refusals);
  const named = namedOutputs(builder, network, inputs, outputs);
  const signature = {
    inputs: infosOf(inputs.map((x, index) => [network.inputs[index]?.layer ?? '', x])),
    outputs: infosOf(named),
    method: METHOD,
  };
  return {
    tags: ['serve'],
    graph: {
      nodes: builder.nodes,
      functions: new Map(builder.functions.map((one) => [one.signature?.name ?? '', one])),
      producer: PRODUCER,
    },
    signatures: new Map<string, SignatureDefinition>([[SIGNATURE, signature]]),
    ops: new Map(),
    assets: [],
    objects: undefined,
    restoreOp: undefined,
    tensorflow: undefined,
  };
}

const INPUT_TYPES: ReadonlySet<string> = new Set([
  ...['float16', 'float32', 'float64', 'bool', 'int8', 'int16', 'int32', 'int64'],
  ...['uint8', 'uint16', 'uint32', 'uint64'],
]);

function placeholderOf(file: string, builder: Builder, { name, config }: Layer): Tensor {
  const where = `${file}, layer ${quoted(name)}`;
  const dtype = config['dtype'] ?? 'float32';
  if (
    typeof dtype !== 'string' ||
    !INPUT_TYPES.has(dtype) ||
    config['sparse'] === true ||
    config['ragged'] === true
  )
    throw new GraphError(
      'unsupported',
      `${where}: The input is sparse, ragged, or of a type that is not converted. Write a SavedModel with model.export("folder").`,
    );
  const dims = dimsOf(where, config);
  const reference = builder.scope(name);
  builder.named(reference, 'Placeholder', [], { dtype: type(dtype), shape: shape(dims) });
  return { reference, dtype, shape: dims };
}

function dimsOf(where: string, config: Fields): Shape {
  const given = config['batch_shape'] ?? config['batch_input_shape'];
  const good = (size: Json): boolean =>
    size === null || (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0);
  if (isList(given) && given.length > 0 && given.every(good)) return given as Shape;
  throw brokenConfig(where, 'The input does not say its shape.');
}

function variableOf(builder: Builder, layer: Layer, slot: string, { path, dataset }: StoredWeight): Tensor {
  const { dtype, shape: dims } = dataset;
  const variable = builder.scope(`${layer.name}/${slot}`);
  builder.named(variable, 'VarHandleOp', [], { dtype: type(dtype), shape: shape(dims) });
  const handle = { reference: variable, dtype: 'resource', shape: [] };
  // A graph of TensorFlow says itself which tensor of the checkpoint each variable is restored from.
  const scope = `save/${variable}`;
  const [prefix, names, slices] = [[''], [path], ['']].map((values) => builder.strings(scope, values)) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const restored = builder.add(
    scope,
    'RestoreV2',
    [prefix, names, slices],
    { dtype, shape: dims },
    { dtypes: types([dtype]) },
  );
  builder.add(scope, 'AssignVariableOp', [handle, restored], { dtype, shape: dims }, { dtype: type(dtype) });
  return builder.add(variable, 'ReadVariableOp', [handle], { dtype, shape: dims }, { dtype: type(dtype) });
}

/** The outputs by the names of their layers, each a tensor of its own. */
function namedOutputs(
  builder: Builder,
  network: Network,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
): readonly [string, Tensor][] {
  const counts = new Map<string, number>();
  const names = new Set<string>();
  const seen = new Set(inputs.map(({ reference }) => reference));
  return outputs.map((output, index) => {
    const layer = network.outputs[index]?.layer ?? '';
    let name = layer;
    for (let count = counts.get(layer) ?? 0; names.has(name); count += 1) {
      name = `${layer}_${count + 1}`;
      counts.set(layer, count + 1);
    }
    names.add(name);
    const twice = seen.has(output.reference);
    seen.add(output.reference);
    return [name, twice ? builder.add(name, 'Identity', [output], output) : output];
  });
}

function infosOf(tensors: readonly (readonly [string, Tensor])[]): ReadonlyMap<string, TensorInfo> {
  return new Map(
    tensors.map(([name, { reference, dtype, shape: dims }]) => {
      const encoding = {
        case: 'name',
        value: reference.includes(':') ? reference : `${reference}:0`,
      } as const;
      return [
        name,
        create(TensorInfoSchema, { encoding, dtype: typeNumber(dtype), tensorShape: shapeProto(dims) }),
      ];
    }),
  );
}

function refused(file: string, refusals: readonly Refusal[]): GraphError {
  const nodes = new Map<string, RefusedNode>();
  for (const { layer, why, instead } of refusals)
    if (!nodes.has(`${layer.name}: ${why}`))
      nodes.set(`${layer.name}: ${why}`, { node: layer.name, op: layer.className, why, instead });
  const listed = [...nodes.values()].slice(0, MOST_REFUSALS);
  const lines = listed.map(
    ({ node, op, why, instead }) => `- ${quoted(node)} (${op.slice(0, 80)}): ${why} ${instead}`,
  );
  const more = nodes.size > MOST_REFUSALS ? `\n- and ${nodes.size - MOST_REFUSALS} more` : '';
  return new GraphError(
    'unsupported',
    `${file}: ${nodes.size} of the model's layers cannot be converted exactly:\n${lines.join('\n')}${more}`,
    { nodes: listed },
  );
}
