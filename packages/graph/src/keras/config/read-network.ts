import { notRead, quoted } from '../../tensorflow/refusals.ts';
import {
  brokenConfig,
  countOf,
  type Fields,
  fieldsOf,
  isFields,
  isList,
  type Json,
  listOf,
  textOf,
} from './json.ts';
import {
  type Argument,
  type Call,
  type Layer,
  type Network,
  type TensorReference,
  tensorsOfCall,
} from './network.ts';

/** Models in models, and lists in lists: deeper than any file that people wrote. */
const DEEPEST = 32;

/** As many layers as no model has, so that a small file cannot ask for more work than its size. */
const MAX_LAYERS = 100_000;

const MODELS: ReadonlySet<string> = new Set(['Functional', 'Model', 'Sequential']);
const INPUT = 'InputLayer';
const KERAS_TENSOR = '__keras_tensor__';

/**
 * The network of a model's configuration, as Keras 2 and Keras 3 write it. Throws `GraphError`, `unsupported` for
 * models that are classes of their own.
 */
export function readNetwork(file: string, config: Json): Network {
  const outer = fieldsOf(config, file);
  const className = textOf(outer['class_name'], file);
  if (MODELS.has(className)) return networkOf(file, className, outer['config'], 0);
  throw notRead(
    file,
    `The model is a ${quoted(className)}, a class of its own, whose code is not in the file.`,
    'Write a SavedModel with model.export("folder"), which has what the code computes.',
  );
}

function networkOf(file: string, className: string, config: Json | undefined, depth: number): Network {
  if (depth > DEEPEST) throw brokenConfig(file, `Models stand in models ${DEEPEST} deep.`);
  return className === 'Sequential' ? sequentialOf(file, config, depth) : functionalOf(file, config, depth);
}

function functionalOf(file: string, config: Json | undefined, depth: number): Network {
  const fields = fieldsOf(config, file);
  const name = textOf(fields['name'], file);
  const where = `${file}, model ${quoted(name)}`;
  const layers = listOf(fields['layers'], where).map((layer) => layerOf(file, layer, depth, undefined));
  const inputs = referencesOf(fields['input_layers'], where, 0);
  const outputs = referencesOf(fields['output_layers'], where, 0);
  return checked(where, withCallsFromZero({ name, layers, inputs, outputs }));
}

/** A chain of layers, each called with what the one before gives. */
function sequentialOf(file: string, config: Json | undefined, depth: number): Network {
  // The first versions of Keras 2 wrote the list alone.
  const fields: Fields = isList(config) ? { name: 'sequential', layers: config } : fieldsOf(config, file);
  const name = typeof fields['name'] === 'string' ? fields['name'] : 'sequential';
  const where = `${file}, model ${quoted(name)}`;
  const list = listOf(fields['layers'], where);
  const first = fieldsOf(list[0], where);
  const all = first['class_name'] === INPUT ? list : [inputOf(first, fields, where), ...list];
  const layers: Layer[] = [];
  for (const layer of all) layers.push(layerOf(file, layer, depth, layers.at(-1)?.name));
  const ends = [layers[0], layers.at(-1)].map((layer) => ({ layer: layer?.name ?? '', call: 0, index: 0 }));
  return checked(where, { name, layers, inputs: ends.slice(0, 1), outputs: ends.slice(1) });
}

/** The input that a Sequential model of Keras 2 says at its first layer. */
function inputOf(first: Fields, model: Fields, where: string): Fields {
  const config = fieldsOf(first['config'], where);
  const shape = config['batch_input_shape'] ?? model['build_input_shape'];
  if (!isList(shape))
    throw notRead(
      where,
      'The model does not say which shape it takes.',
      'Call it once, or build it, and save it again.',
    );
  const name = `${textOf(config['name'], where)}_input`;
  return {
    class_name: INPUT,
    config: { name, batch_input_shape: shape, dtype: config['dtype'] ?? 'float32' },
  };
}

function layerOf(file: string, value: Json, depth: number, before: string | undefined): Layer {
  const fields = fieldsOf(value, file);
  const className = textOf(fields['class_name'], file);
  const inner = fields['config'];
  const named = isFields(inner) ? inner['name'] : undefined;
  const name = textOf(fields['name'] ?? named, `${file}, a layer ${quoted(className)}`);
  const where = `${file}, layer ${quoted(name)}`;
  const network = MODELS.has(className) ? networkOf(file, className, inner, depth + 1) : undefined;
  const module = typeof fields['module'] === 'string' ? fields['module'] : '';
  const nodes = fields['inbound_nodes'];
  const chained = { positional: [tensor({ layer: before ?? '', call: 0, index: 0 })], named: {} };
  const calls = isList(nodes)
    ? nodes.map((node) => callOf(node, where))
    : className === INPUT || before === undefined
      ? []
      : [chained];
  return {
    ...{ className, module, name, network },
    config: isFields(inner) ? inner : {},
    calls: className === INPUT ? [{ positional: [], named: {} }] : calls,
  };
}

/** Keras 3 has `{args, kwargs}`; Keras 2 a list of `[layer, node, tensor, arguments]`, or one of them bare. */
function callOf(node: Json, where: string): Call {
  if (isFields(node))
    return {
      positional: listOf(node['args'] ?? [], where).map((each) => argumentOf(each, where, 0)),
      named: namedOf(fieldsOf(node['kwargs'] ?? {}, where), where),
    };
  const entries = listOf(node, where);
  const tensors = (typeof entries[0] === 'string' ? [entries] : entries).map((each) => listOf(each, where));
  const items = tensors.map((each) => tensor(referenceOf(each, where)));
  const named = namedOf(fieldsOf(tensors[0]?.[3] ?? {}, where), where);
  const [only] = items;
  return { positional: items.length === 1 && only ? [only] : [{ kind: 'list', items }], named };
}

function namedOf(fields: Fields, where: string): Readonly<Record<string, Argument>> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, argumentOf(value ?? null, where, 0)]),
  );
}

function argumentOf(value: Json, where: string, depth: number): Argument {
  if (depth > DEEPEST) throw brokenConfig(where, `Its arguments are lists ${DEEPEST} deep.`);
  if (isFields(value) && value['class_name'] === KERAS_TENSOR)
    return tensor(referenceOf(listOf(fieldsOf(value['config'], where)['keras_history'], where), where));
  if (!isList(value)) return { kind: 'constant', value };
  // Keras 2 writes a tensor among named arguments as a bare list, too.
  if (
    value.length >= 3 &&
    typeof value[0] === 'string' &&
    Number.isInteger(value[1]) &&
    Number.isInteger(value[2])
  )
    return tensor(referenceOf(value, where));
  const items = value.map((each) => argumentOf(each, where, depth + 1));
  return items.every(({ kind }) => kind === 'constant')
    ? { kind: 'constant', value }
    : { kind: 'list', items };
}

function tensor(reference: TensorReference): Argument {
  return { kind: 'tensor', tensor: reference };
}

/** One reference, or any lists and tables of them, in their order. */
function referencesOf(value: Json | undefined, where: string, depth: number): readonly TensorReference[] {
  if (depth > DEEPEST) throw brokenConfig(where, `Its inputs or outputs are lists ${DEEPEST} deep.`);
  // Keras takes tables in the order of their keys.
  const list = isFields(value)
    ? Object.keys(value)
        .toSorted()
        .map((key) => value[key] ?? null)
    : listOf(value, where);
  if (typeof list[0] === 'string') return [referenceOf(list, where)];
  return list.flatMap((each) => referencesOf(each, where, depth + 1));
}

function referenceOf(list: readonly Json[], where: string): TensorReference {
  return { layer: textOf(list[0], where), call: countOf(list[1], where), index: countOf(list[2], where) };
}

/**
 * Of a model that is a layer, Keras 2 counts calls from 1, as its own input was the first. Every call in a file gives
 * something that is used, so that the lowest number is the first call.
 */
function withCallsFromZero(network: Network): Network {
  const first = new Map<string, number>();
  const used = [...network.layers.flatMap(({ calls }) => calls.flatMap(tensorsOfCall)), ...network.outputs];
  for (const { layer, call } of used) first.set(layer, Math.min(call, first.get(layer) ?? call));
  const move = (reference: TensorReference): TensorReference => ({
    ...reference,
    call: reference.call - (first.get(reference.layer) ?? 0),
  });
  const moved = (argument: Argument): Argument => {
    if (argument.kind === 'tensor') return tensor(move(argument.tensor));
    return argument.kind === 'list' ? { kind: 'list', items: argument.items.map(moved) } : argument;
  };
  const layers = network.layers.map((layer) => ({
    ...layer,
    calls: layer.calls.map(({ positional, named }) => ({
      positional: positional.map(moved),
      named: Object.fromEntries(Object.entries(named).map(([name, argument]) => [name, moved(argument)])),
    })),
  }));
  return { ...network, layers, outputs: network.outputs.map(move) };
}

/** Holds that names are unique and that all tensors are there. */
function checked(where: string, network: Network): Network {
  const layers = new Map(network.layers.map((layer) => [layer.name, layer]));
  if (layers.size !== network.layers.length || layers.size > MAX_LAYERS)
    throw brokenConfig(where, 'Two layers have one name, or there are too many.');
  const used = [...network.layers.flatMap(({ calls }) => calls.flatMap(tensorsOfCall)), ...network.outputs];
  const missing = used.find(({ layer, call }) => layers.get(layer)?.calls[call] === undefined);
  if (missing !== undefined)
    throw brokenConfig(where, `A tensor of ${quoted(missing.layer)} is used that is not there.`);
  const inputs = network.inputs.map(({ layer }) => layers.get(layer)?.className);
  if (inputs.length === 0 || network.outputs.length === 0 || inputs.some((name) => name !== INPUT))
    throw brokenConfig(where, 'It has no inputs or outputs, or inputs that are no input layers.');
  return network;
}
