import { GraphError } from '../../graph-error.ts';
import { inferTypes } from '../check/infer-types.ts';
import type { Graph, OnnxModel, TensorType, ValueInfo, ValueType } from '../model.ts';
import { withoutDeadCode } from './dead-code.ts';
import { freeName, noTensor, takenNames } from './names.ts';

/**
 * Cuts a model in two at tensors: `upTo` makes them, `from` takes them as inputs and makes the outputs of the model. Each
 * half has the inputs that it needs. `types` are those of tensors that neither the file nor the nodes before them tell.
 * Throws `invalid_argument` for a tensor that no node of the main graph makes, or whose type nobody says.
 */
export function cutAt(
  model: OnnxModel,
  tensors: readonly string[],
  types: Readonly<Record<string, ValueType>> = {},
): { readonly upTo: OnnxModel; readonly from: OnnxModel } {
  const { graph } = model;
  const made = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  let followed: ReturnType<typeof inferTypes> | undefined;
  const inferred = () => (followed ??= inferTypes(model));
  const infos = tensors.map((name): ValueInfo => {
    if (name === '' || !made.has(name)) throw noTensor(`${name} that a node makes`);
    const known = [...graph.outputs, ...graph.valueInfo].find((info) => info.name === name);
    const type = Object.hasOwn(types, name) ? types[name] : mostOf(known?.type, () => inferred().get(name));
    if (type === undefined) {
      throw new GraphError(
        'invalid_argument',
        `The model does not say the type of ${name}: give it to cut there.`,
      );
    }
    return { metadata: [], ...known, name, type };
  });
  const valueInfo = graph.valueInfo.filter(({ name = '' }) => !tensors.includes(name));
  const upTo = withoutDeadCode({ ...model, graph: { ...graph, outputs: infos, valueInfo } });
  const from = withoutDeadCode({ ...model, graph: takingInstead(graph, infos) });
  return { upTo: withNeededInputs(upTo, []), from: withNeededInputs(from, tensors) };
}

/**
 * The part of a model between tensors: it takes `inputs`, which are inputs of the model or made by its nodes, and gives
 * `outputs`, in their order. Throws `invalid_argument` for tensors that are not there, inputs that no output depends on,
 * and inputs of the model that the outputs need besides.
 */
export function cutBetween(
  model: OnnxModel,
  { inputs, outputs }: { readonly inputs: readonly string[]; readonly outputs: readonly string[] },
): OnnxModel {
  const both = inputs.find((name) => outputs.includes(name));
  if (both !== undefined) {
    throw new GraphError(
      'invalid_argument',
      `${both} cannot be an input and an output: leave it out of one.`,
    );
  }
  const given = new Set(model.graph.initializers.map(({ name }) => name));
  const { upTo } = cutAt(model, outputs);
  const made = new Set(upTo.graph.nodes.flatMap((node) => node.outputs));
  const inner = inputs.filter((name) => made.has(name));
  const part = inner.length === 0 ? upTo : cutAt(upTo, inner).from;
  const taken = part.graph.inputs.filter(({ name = '' }) => !given.has(name) || inputs.includes(name));
  const missing = taken.filter(({ name = '' }) => !inputs.includes(name));
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name).join(', ');
    throw new GraphError(
      'invalid_argument',
      `${outputs.join(', ')} cannot be computed without ${names}: name that input, too.`,
    );
  }
  const ordered = inputs.map((name) => {
    const found = taken.find((info) => info.name === name);
    if (found !== undefined) return found;
    throw new GraphError(
      'invalid_argument',
      `${outputs.join(', ')} does not depend on ${name}: leave it out.`,
    );
  });
  const defaults = part.graph.inputs.filter((info) => !taken.includes(info));
  return { ...part, graph: { ...part.graph, inputs: [...ordered, ...defaults] } };
}

/** What the file says; what follows from the nodes where it says nothing, or nothing of the shape. */
function mostOf(said: ValueType | undefined, followed: () => TensorType | undefined): ValueType | undefined {
  if (said === undefined || said.kind === 'none') return followed();
  if (said.kind !== 'tensor' || said.shape !== undefined) return said;
  const shape = followed()?.shape;
  return shape === undefined ? said : { ...said, shape };
}

/** The values become inputs; a node that makes one of them and something else gives it a name that nothing takes. */
function takingInstead(graph: Graph, infos: readonly ValueInfo[]): Graph {
  const cut = new Map(infos.map(({ name = '' }) => [name, freeName(graph, `${name}_cut`)]));
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({
      ...node,
      outputs: node.outputs.map((name) => cut.get(name) ?? name),
    })),
    inputs: [...graph.inputs, ...infos],
    valueInfo: graph.valueInfo.filter(({ name = '' }) => !cut.has(name)),
  };
}

function withNeededInputs(model: OnnxModel, always: readonly string[]): OnnxModel {
  const { graph } = model;
  const needed = new Set([
    ...always,
    ...graph.nodes.flatMap(takenNames),
    ...graph.outputs.map(({ name = '' }) => name),
  ]);
  return { ...model, graph: { ...graph, inputs: graph.inputs.filter(({ name = '' }) => needed.has(name)) } };
}
