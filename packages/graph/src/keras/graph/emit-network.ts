import { NotConverted } from '../../import/refuse.ts';
import { quoted } from '../../tensorflow/refusals.ts';
import { brokenConfig, isFields } from '../config/json.ts';
import { type Argument, type Call, type Layer, type Network, tensorsOfCall } from '../config/network.ts';
import { isOperation, kindOf } from '../layers/kinds.ts';
import type { LayerCall, LayerKind, Value } from '../layers/layer-kind.ts';
import { EXPORT, settingsOf } from '../layers/settings.ts';
import { type Builder, type Tensor, type } from './builder.ts';

/** Why a layer is not converted. */
export interface Refusal {
  readonly layer: Layer;
  readonly why: string;
  readonly instead: string;
}

/** What all layers of a model share while their nodes are made. */
export interface Emission {
  readonly file: string;
  readonly builder: Builder;
  readonly keras: 2 | 3;
  /** The variable of a layer, by the name of its slot. */
  readonly weight: (layer: Layer, slot: string) => Tensor;
  /** What could not be converted; it grows. */
  readonly refusals: Refusal[];
}

/** What a call gives; `undefined` where something that it depends on was refused. */
type Given = readonly Tensor[] | undefined;

/** Makes the nodes of a network and gives its outputs. `prefix` begins the names of its nodes. Throws `GraphError`. */
export function emitNetwork(
  emission: Emission,
  network: Network,
  inputs: readonly Tensor[],
  prefix: string,
): Given {
  const where = `${emission.file}, model ${quoted(network.name)}`;
  const layers = new Map(network.layers.map((layer) => [layer.name, layer]));
  const given = new Map<string, Given>(
    network.inputs.map(({ layer, call }, index) => [keyOf(layer, call), inputs.slice(index, index + 1)]),
  );
  const tensorAt = (layer: string, call: number, index: number): Tensor | undefined => {
    const outputs = given.get(keyOf(layer, call));
    if (outputs !== undefined && outputs[index] === undefined)
      throw brokenConfig(where, `The layer ${quoted(layer)} has no output ${index}.`);
    return outputs?.[index];
  };
  for (const { layer: name, call } of callsInOrder(where, network)) {
    const layer = layers.get(name) as Layer;
    if (given.has(keyOf(name, call))) continue;
    if (layer.className === 'InputLayer')
      throw brokenConfig(where, `The input ${quoted(name)} is not among its inputs.`);
    given.set(keyOf(name, call), emitCall(emission, layer, layer.calls[call] as Call, prefix, tensorAt));
  }
  const outputs = network.outputs.map(({ layer, call, index }) => tensorAt(layer, call, index));
  return outputs.every((output) => output !== undefined) ? outputs : undefined;
}

function keyOf(layer: string, call: number): string {
  return `${call}/${layer}`;
}

/** The calls that the outputs need, each after those whose outputs it takes. Throws `GraphError` where there is a circle. */
function callsInOrder(where: string, network: Network): readonly { layer: string; call: number }[] {
  const layers = new Map(network.layers.map((layer) => [layer.name, layer]));
  const sorted: { layer: string; call: number }[] = [];
  const done = new Set<string>();
  const entered = new Set<string>();
  const open: { layer: string; call: number; rest: { layer: string; call: number }[] }[] = [];
  const enter = ({ layer, call }: { layer: string; call: number }): void => {
    const key = keyOf(layer, call);
    if (done.has(key)) return;
    if (entered.has(key)) throw brokenConfig(where, `The layer ${quoted(layer)} depends on itself.`);
    entered.add(key);
    open.push({ layer, call, rest: [...tensorsOfCall(layers.get(layer)?.calls[call] as Call)] });
  };
  for (const output of network.outputs) {
    enter(output);
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const next = top.rest.pop();
      if (next !== undefined) {
        enter(next);
        continue;
      }
      done.add(keyOf(top.layer, top.call));
      sorted.push({ layer: top.layer, call: top.call });
      open.pop();
    }
  }
  return sorted;
}

type TensorAt = (layer: string, call: number, index: number) => Tensor | undefined;

function emitCall(emission: Emission, layer: Layer, call: Call, prefix: string, tensorAt: TensorAt): Given {
  try {
    const kind = layer.network === undefined ? kindOf(layer) : undefined;
    if (kind === undefined && layer.network === undefined) throw unknown(layer);
    const references = tensorsOfCall(call);
    const tensors = references.map(({ layer: name, call: index, index: output }) =>
      tensorAt(name, index, output),
    );
    if (tensors.includes(undefined)) return undefined;
    requireArguments(layer, call);
    const scope = emission.builder.scope(`${prefix}${layer.name}`);
    if (layer.network !== undefined) {
      if (tensors.length !== layer.network.inputs.length)
        throw new NotConverted(
          `It is called with ${tensors.length} tensors of ${layer.network.inputs.length}.`,
          EXPORT,
        );
      return emitNetwork(emission, layer.network, tensors as Tensor[], `${scope}/`);
    }
    return outputsOf(emission, layer, kind as LayerKind, call, scope, tensorAt);
  } catch (error) {
    if (!(error instanceof NotConverted)) throw error;
    emission.refusals.push({ layer, why: error.message, instead: error.instead });
    return undefined;
  }
}

function unknown(layer: Layer): NotConverted {
  const lambda = layer.className === 'Lambda';
  const why = lambda
    ? 'Its code is Python, which is not run.'
    : 'The class is not one that is converted from Keras files.';
  return new NotConverted(why, EXPORT);
}

function outputsOf(
  emission: Emission,
  layer: Layer,
  kind: LayerKind,
  call: Call,
  scope: string,
  tensorAt: TensorAt,
): readonly Tensor[] {
  const { builder, keras } = emission;
  const dtype = isOperation(layer) ? undefined : computeType(layer);
  const resolved = (argument: Argument): Value => {
    if (argument.kind === 'constant') return argument.value as Value;
    if (argument.kind === 'list') return argument.items.map(resolved);
    const tensor = tensorAt(argument.tensor.layer, argument.tensor.call, argument.tensor.index) as Tensor;
    return inType(builder, scope, tensor, dtype, CASTING.has(layer.className));
  };
  const positional = call.positional.map(resolved);
  const named = Object.fromEntries(
    Object.entries(call.named).map(([name, argument]) => [name, resolved(argument)]),
  );
  const inputs = [...positional.flatMap(tensorsOf), ...tensorsOf(named['initial_state'] ?? null)];
  const mask = tensorsOf(named['mask'] ?? null)[0];
  const masked = mask === undefined ? inputs : inputs.map((x, index) => (index === 0 ? { ...x, mask } : x));
  const layerCall: LayerCall = {
    ...{ builder, scope, positional, named, keras },
    inputs: masked,
    settings: settingsOf(layer.config),
    weight: (slot) => inType(builder, scope, emission.weight(layer, slot), dtype, false),
  };
  const made = kind.call(layerCall);
  const outputs: readonly Tensor[] = Array.isArray(made) ? (made as readonly Tensor[]) : [made as Tensor];
  if (kind.keepsMask !== true) return outputs;
  return outputs.map((output) => ({ ...output, mask: masked[0]?.mask }));
}

function tensorsOf(value: Value): readonly Tensor[] {
  if (Array.isArray(value)) return (value as readonly Value[]).flatMap(tensorsOf);
  return typeof value === 'object' && value !== null && 'reference' in value ? [value as Tensor] : [];
}

/** Layers that take whole numbers and compute with floats. */
const CASTING: ReadonlySet<string> = new Set(['Rescaling', 'Resizing', 'Normalization', 'Dense']);

/** Keras gives its layers floats in the type that they compute in. */
function inType(
  builder: Builder,
  scope: string,
  x: Tensor,
  dtype: string | undefined,
  whole: boolean,
): Tensor {
  if (dtype === undefined || x.dtype === dtype || (!x.dtype.startsWith('float') && !whole)) return x;
  const cast = builder.add(
    scope,
    'Cast',
    [x],
    { dtype, shape: x.shape },
    { SrcT: type(x.dtype), DstT: type(dtype) },
  );
  return { ...cast, mask: x.mask };
}

const FLOATS: ReadonlySet<string> = new Set(['float16', 'float32', 'float64']);

/** The type that a layer computes in. Policies of several types, and of quantized weights, are refused. */
function computeType({ config }: Layer): string {
  const said = config['dtype'] ?? 'float32';
  const policy = isFields(said) ? said['config'] : undefined;
  const name = isFields(policy) ? policy['name'] : said;
  if (config['quantization_config'] != null)
    throw new NotConverted('Its weights are quantized.', 'Save the model before it is quantized.');
  if (typeof name === 'string' && FLOATS.has(name)) return name;
  const shown = JSON.stringify(name ?? null).slice(0, 80);
  throw new NotConverted(`It computes in ${shown}, of which roundings depend on the machine.`, EXPORT);
}

/** Arguments that say nothing when a model is served. */
const SILENT: ReadonlySet<unknown> = new Set([null, false]);

function requireArguments(layer: Layer, { positional, named }: Call): void {
  if (isOperation(layer) || layer.className === 'TFOpLambda') return;
  const apart = new Set([
    'mask',
    'initial_state',
    ...(kindOf(layer)?.ignoresTraining === true ? ['training'] : []),
  ]);
  const others = Object.entries(named).filter(([name]) => !apart.has(name));
  const constants = [...positional, ...others.map(([, argument]) => argument)].flatMap((argument) =>
    argument.kind === 'constant' ? [argument.value] : [],
  );
  if (
    others.some(([, argument]) => argument.kind !== 'constant') ||
    constants.some((value) => !SILENT.has(value))
  )
    throw new NotConverted('It is called with more than tensors, such as training=True.', EXPORT);
}
