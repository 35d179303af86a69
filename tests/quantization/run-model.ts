import { join } from 'node:path';
import { type OnnxModel, readModel, writeModel } from '@slipway/graph/onnx';
import { onTestEnd, type TestScope, temporaryFolder } from '@slipway/testkit';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** Values by the names of tensors. */
export type Values = Readonly<Record<string, Float32Array>>;

export interface LoadedModel {
  /** Bytes of the file. */
  readonly bytes: number;
  /** Runs the model with one input; the first dimension is how many samples there are. */
  run(input: Float32Array, dims: readonly number[]): Promise<Values>;
  /** Operators as ONNX Runtime runs them. */
  readonly operators: readonly string[];
}

/** Writes a model with one input, and loads it in ONNX Runtime. */
export async function loadModel(scope: TestScope, model: OnnxModel): Promise<LoadedModel> {
  const folder = await temporaryFolder(scope);
  const path = join(folder, 'model.onnx');
  const { modelBytes: bytes } = await writeModel(model, path);
  const optimizedModelFilePath = join(folder, 'optimized.onnx');
  const session = await InferenceSession.create(path, {
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
    graphOptimizationLevel: 'extended',
    optimizedModelFilePath,
  });
  onTestEnd(scope, () => session.release());
  const operators = readModel(optimizedModelFilePath).graph.nodes.map(({ op = '' }) => op);
  const [name = ''] = session.inputNames;
  const run = async (input: Float32Array, dims: readonly number[]): Promise<Values> => {
    const answers = await session.run({ [name]: new Tensor('float32', input, dims) });
    return Object.fromEntries(
      Object.entries(answers).flatMap(([output, { data }]) =>
        data instanceof Float32Array ? [[output, data] as const] : [],
      ),
    );
  };
  return { bytes, run, operators };
}
