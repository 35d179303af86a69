import type { InspectedTensor, ModelInspection } from '@slipway/contract';
import { checkModel, type OnnxModel, problemLine, readModel, type ValueInfo } from '@slipway/graph/onnx';
import { parametersOf } from '../result/describe-result.ts';

/** Problems that are told. */
const MOST_PROBLEMS = 200;

/** Describes an ONNX model by its file alone. Throws `GraphError`. */
export function inspectOnnx(file: string, path: string): ModelInspection {
  const model = readModel(file);
  const { graph, functions } = model;
  const given = new Set(graph.initializers.map(({ name }) => name));
  return {
    format: 'onnx',
    path,
    producer: [model.producerName, model.producerVersion].filter(Boolean).join(' ') || null,
    signatures: [
      {
        name: '',
        inputs: graph.inputs.filter(({ name }) => !given.has(name)).map(describe),
        outputs: graph.outputs.map(describe),
      },
    ],
    ops: opsOf(model),
    nodes: graph.nodes.length,
    functions: functions.length,
    parameters: parametersOf(model),
    variables: [],
    outlooks: [],
    problems: checkModel(model).slice(0, MOST_PROBLEMS).map(problemLine),
  };
}

function describe({ name = '', type }: ValueInfo): InspectedTensor {
  const isTensor = type?.kind === 'tensor';
  const dims = isTensor ? type.shape?.dims : undefined;
  return {
    name,
    tensor: name,
    dtype: (isTensor ? type.elementType : type?.kind) ?? 'unknown',
    shape: dims?.map(({ size }) => (typeof size === 'number' ? size : null)) ?? null,
  };
}

function opsOf({ graph }: OnnxModel): ModelInspection['ops'] {
  const counts = new Map<string, number>();
  for (const { op = '', domain = '' } of graph.nodes) {
    const name = domain === '' ? op : `${domain}.${op}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([op, nodes]) => ({ op, nodes })).toSorted((a, b) => (a.op < b.op ? -1 : 1));
}
