import { join } from 'node:path';
import { SlipwayError } from '@slipway/contract';
import { type OnnxModel, readModel, renameTensor, setMetadata } from '@slipway/graph/onnx';
import { inspectTensorFlow, type TensorFlowModel } from '@slipway/graph/tensorflow';
import type { Conversion } from '../native/convert-natively.ts';
import type { Requested, RequestedTensor } from '../source/requested.ts';
import type { PythonModel } from './ask-tensorflow.ts';
import { type PythonRun, runPython } from './run-python.ts';

/** As the import of our own writes. */
const OPSET = 18;

interface ScriptAnswer {
  readonly tensorflow: string;
  readonly tf2onnx: string;
}

/** Has tf2onnx convert, and gives the ends of what came of it the names that were asked for. */
export async function convertWithPython(
  run: Pick<PythonRun, 'python' | 'memoryBytes' | 'tell'>,
  source: TensorFlowModel,
  model: PythonModel,
  requested: Requested,
  folder: string,
): Promise<Conversion> {
  const output = join(folder, 'tf2onnx.onnx');
  const { tf2onnx, tensorflow } = await runPython<ScriptAnswer>({
    ...run,
    script: 'convert.py',
    taskFile: join(folder, 'convert.json'),
    task: { model, output, opset: OPSET, ...requested },
  });
  const graph = inspectTensorFlow(source).graphs.find(({ tags }) => tags.join() === requested.tags.join());
  return {
    model: withEnds(withoutPath(readModel(output)), requested),
    images: [],
    beside: { signature: undefined, files: [] },
    ops: graph?.ops ?? [],
    converter: `tf2onnx ${tf2onnx} with TensorFlow ${tensorflow}`,
  };
}

/** Where the source lay is no part of what came of it. */
function withoutPath(model: OnnxModel): OnnxModel {
  return { ...model, graph: { ...model.graph, docString: undefined } };
}

function withEnds(converted: OnnxModel, { signature, inputs, outputs }: Requested): OnnxModel {
  const named = outputs.reduce(
    (model, tensor) => withName(model, tensor, 'outputs'),
    inputs.reduce((model, tensor) => withName(model, tensor, 'inputs'), converted),
  );
  const aliases = (tensors: readonly RequestedTensor[]) =>
    JSON.stringify(Object.fromEntries(tensors.map(({ alias, name }) => [alias, name])));
  return setMetadata(named, {
    'tensorflow.signature': signature ?? undefined,
    'tensorflow.inputs': aliases(inputs),
    'tensorflow.outputs': aliases(outputs),
  });
}

/** tf2onnx calls tensors by the keys of a signature, with or without `:0`, or as TensorFlow does. */
function withName(model: OnnxModel, { name, alias }: RequestedTensor, ends: 'inputs' | 'outputs'): OnnxModel {
  const there = model.graph[ends].map((each) => each.name ?? '');
  if (there.includes(name)) return model;
  const found = [alias, `${alias}:0`].find((each) => there.includes(each));
  if (found !== undefined) return renameTensor(model, found, name);
  throw new SlipwayError(
    'invalid_model',
    `tf2onnx made a model without the tensor "${name}", which was asked for. Its ${ends} are ${there.map((each) => `"${each}"`).join(', ')}.`,
  );
}
