import type { ConversionOutlook, InspectedSignature, InspectJob, ModelInspection } from '@slipway/contract';
import {
  chooseGraph,
  type DescribedGraph,
  GraphError,
  importTensorFlow,
  inspectTensorFlow,
  loadTensorFlow,
  type TensorFlowModel,
} from '@slipway/graph/tensorflow';

/** What TensorFlow 2 calls the node that fills its tables: no signature to serve. */
const INIT_SIGNATURE = '__saved_model_init_op';

/** Describes a model of TensorFlow, and tries to convert each of its signatures. Throws `GraphError` where it cannot be read. */
export async function inspectTensorFlowModel(
  file: string,
  path: string,
  request: InspectJob['request'],
): Promise<ModelInspection> {
  await using model = await loadTensorFlow(file);
  const described = inspectTensorFlow(model);
  const graph = described.graphs[graphIndex(model)];
  if (graph === undefined) throw new GraphError('invalid_graph', `${file} holds no graph.`);
  const signatures = graph.signatures
    .filter(({ name }) => name !== INIT_SIGNATURE)
    .map(({ name, inputs, outputs }) => ({ name, inputs, outputs }));
  const outlooks: ConversionOutlook[] = [];
  for (const each of requestsOf(request, signatures)) outlooks.push(await outlookOf(model, graph, each));
  return {
    format: described.format,
    path,
    producer: graph.tensorflow === null ? null : `TensorFlow ${graph.tensorflow}`,
    signatures: signatures.length === 0 ? [placeholdersOf(graph)] : signatures,
    ops: graph.ops,
    nodes: graph.nodes,
    functions: graph.functions,
    parameters: described.parameters,
    variables: described.variables.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
    outlooks,
    problems: [],
  };
}

/** The one that is for serving; of several that are not, the first. */
function graphIndex({ metaGraphs }: TensorFlowModel): number {
  try {
    return metaGraphs.indexOf(chooseGraph(metaGraphs));
  } catch (thrown) {
    if (thrown instanceof GraphError) return 0;
    throw thrown;
  }
}

/** What was asked about; or else each signature, or whatever is found without one. */
function requestsOf(
  request: InspectJob['request'],
  signatures: readonly InspectedSignature[],
): readonly InspectJob['request'][] {
  const asked = Object.values(request).some((value) => value !== undefined);
  if (asked || signatures.length === 0) return [request];
  return signatures.map(({ name }) => ({ signature: name }));
}

function placeholdersOf({ placeholders }: DescribedGraph): InspectedSignature {
  return { name: '', inputs: placeholders, outputs: [] };
}

async function outlookOf(
  model: TensorFlowModel,
  { tags }: DescribedGraph,
  request: InspectJob['request'],
): Promise<ConversionOutlook> {
  const name = request.signature ?? '';
  try {
    await importTensorFlow(model, { ...request, tags });
    return { signature: name, converts: true, problem: null, nodes: [] };
  } catch (thrown) {
    if (!(thrown instanceof GraphError)) throw thrown;
    return { signature: name, converts: false, problem: thrown.message, nodes: thrown.nodes };
  }
}
