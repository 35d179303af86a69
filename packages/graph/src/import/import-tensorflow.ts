import type { NodeDef } from '../generated/tensorflow/tensorflow_pb.ts';
import { GraphError } from '../graph-error.ts';
import { requireValid } from '../onnx/check/check-model.ts';
import { withoutDeadCode } from '../onnx/edit/dead-code.ts';
import type { Entry, OnnxModel, ValueInfo } from '../onnx/model.ts';
import { elementCount } from '../tensorflow/bundle/bundle-index.ts';
import { countOps } from '../tensorflow/count-ops.ts';
import type { MetaGraph, TensorFlowModel } from '../tensorflow/model.ts';
import { quoted } from '../tensorflow/refusals.ts';
import { bindObjects } from './bind-objects.ts';
import { bindVariables } from './bind-variables.ts';
import { chooseGraph } from './choose-graph.ts';
import {
  type ChosenTensor,
  type ChosenTensors,
  chooseTensors,
  type TensorRequest,
} from './choose-tensors.ts';
import { createControlFlow } from './control/control-flow.ts';
import { createEmitter } from './emitter.ts';
import { splitImages } from './front-end/split-images.ts';
import type { ImagePreprocessing, ImportedModel, ImportReport } from './imported-model.ts';
import { inlineFunctions } from './inline-functions.ts';
import { carryOrders } from './layout/carry-orders.ts';
import { mapNodes } from './map-nodes.ts';
import { neededNodes } from './needed-nodes.ts';
import { readVariables } from './read-variables.ts';
import { orRefuse } from './refuse.ts';
import { statedTensor } from './stated-tensor.ts';
import type { Value } from './value.ts';
import { valueInfo } from './value-info.ts';

export interface ImportRequest extends TensorRequest {
  /** Of the graph, where the model has several. */
  readonly tags?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The first version of ONNX's operators whose reductions all take their axes as an input. */
const OPSET = 18;
const IR_VERSION = 8;

/**
 * The TensorFlow model as an ONNX model that computes the same. Its inputs and outputs have TensorFlow's names,
 * `scope/op:0`; the keys of the signature stand in its metadata. Throws `GraphError`, `unsupported` with all nodes
 * that cannot be converted exactly.
 */
export async function importTensorFlow(
  model: TensorFlowModel,
  request: ImportRequest,
): Promise<ImportedModel> {
  const metaGraph = chooseGraph(model.metaGraphs, request.tags);
  const asked = chooseTensors(metaGraph, request);
  const { nodes: inlined, chosen, images } = splitImages(metaGraph, inlineFunctions(metaGraph), asked);
  const restored = bindVariables(inlined);
  const bound = restored.size > 0 ? restored : await bindObjects(metaGraph, model.variables, request.signal);
  const control = createControlFlow(metaGraph);
  const resolved = control.resolve(
    inlined,
    chosen.outputs.map(({ node }) => node),
    new Set(chosen.inputs.map(({ node }) => node)),
  );
  const nodes = neededNodes(resolved, chosen);
  const variables = await readVariables(unfed(nodes, chosen), bound, model.variables, request.signal);
  const byName = new Map(inlined.map((node) => [node.name, node]));
  const inputs = chosen.inputs.map((tensor) => inputOf(tensor, byName, metaGraph));
  const emitter = createEmitter();
  const fed = new Map(chosen.inputs.map(({ node }, index) => [node, [inputs[index] as Value]]));
  const values = mapNodes(nodes, fed, { variables, control }, emitter);
  const made = new Set(emitter.nodes.flatMap((node) => node.outputs));
  const outputs = chosen.outputs.map((tensor) => {
    const value = outputOf(tensor, values);
    const name = tensorName(tensor);
    // The tensor is another one by a second name, an input, or a constant, which gives its name to what is computed.
    const given = value.constant === undefined ? value : { ...value, name: `${name}~value` };
    if (!made.has(name)) emitter.emitAll(tensor.node, 'Identity', [given], [value], {}, [name]);
    return { ...value, name };
  });
  const shapes = new Map([...emitter.shapes, ...inputs.map(({ name, shape }) => [name, shape] as const)]);
  const mapped: OnnxModel = {
    irVersion: IR_VERSION,
    producerName: 'slipway',
    graph: {
      name: 'tensorflow',
      nodes: emitter.nodes,
      initializers: emitter.initializers(),
      sparseInitializers: [],
      inputs: inputs.map((value) => orRefuse(value.name, () => inputInfo(value, inputs.length === 1))),
      outputs: outputs.map((value) => orRefuse(value.name, () => valueInfo(value))),
      valueInfo: [],
      annotations: [],
      metadata: [],
    },
    opsets: [{ domain: '', version: OPSET }],
    metadata: describe(asked, images),
    functions: [],
  };
  const converted = withoutDeadCode(carryOrders(mapped, shapes));
  requireValid(converted);
  return { model: converted, images, report: reportOf(nodes, emitter.folded(), converted) };
}

function reportOf(nodes: readonly NodeDef[], folded: number, { graph }: OnnxModel): ImportReport {
  const parameters = graph.initializers.reduce((sum, { dims }) => sum + elementCount(dims), 0);
  return { ops: countOps(nodes), nodes: graph.nodes.length, folded, parameters };
}

function unfed(nodes: readonly NodeDef[], { inputs }: ChosenTensors): readonly NodeDef[] {
  const fed = new Set(inputs.map(({ node }) => node));
  return nodes.filter(({ name }) => !fed.has(name));
}

function tensorName({ node, index }: ChosenTensor): string {
  return `${node}:${index}`;
}

function inputOf(
  tensor: ChosenTensor,
  nodes: ReadonlyMap<string, NodeDef>,
  { graph, ops }: MetaGraph,
): Value {
  const node = nodes.get(tensor.node);
  const { producer } = graph;
  const said =
    node === undefined || tensor.index !== 0 ? undefined : statedTensor(node, { nodes, ops, producer });
  if (said !== undefined) return { name: tensorName(tensor), ...said };
  throw new GraphError(
    'unsupported',
    `The model does not say which type and shape the input ${quoted(tensorName(tensor))} has. Name a placeholder, or a tensor of a file that has the shapes of all.`,
  );
}

function outputOf(tensor: ChosenTensor, values: ReadonlyMap<string, readonly Value[]>): Value {
  const value = values.get(tensor.node)?.[tensor.index];
  if (value !== undefined) return value;
  throw new GraphError(
    'invalid_argument',
    `The node ${quoted(tensor.node)} has no output ${tensor.index}. Name one that it has.`,
  );
}

/**
 * Sizes that any will do for have names: ONNX Runtime adds in place only where it sees by names that two tensors have the same
 * shape, and a ResNet-50 took 5 to 10 % longer without. Nothing says that those of several inputs are equal.
 */
function inputInfo(value: Value, isOnly: boolean): ValueInfo {
  return valueInfo(value, (axis) => {
    const size = axis === 0 ? 'batch' : `dim${axis}`;
    return { size: isOnly ? size : `${size}_of_${value.name}` };
  });
}

/** By which names callers know the tensors, and which input of the model each tensor of encoded images becomes. */
function describe(
  { inputs, outputs, signature }: ChosenTensors,
  images: readonly ImagePreprocessing[],
): readonly Entry[] {
  const names = (tensors: readonly ChosenTensor[]): string =>
    JSON.stringify(Object.fromEntries(tensors.map((tensor) => [tensor.name, tensorName(tensor)])));
  const fedBy = Object.fromEntries(images.map(({ name, input }) => [name, input]));
  return [
    ...(signature === undefined ? [] : [{ key: 'tensorflow.signature', value: signature }]),
    { key: 'tensorflow.inputs', value: names(inputs) },
    { key: 'tensorflow.outputs', value: names(outputs) },
    ...(images.length === 0 ? [] : [{ key: 'tensorflow.images', value: JSON.stringify(fedBy) }]),
  ];
}
