import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildNetwork, CATALOGUE, randomWeights, withClassifier } from '@slipway/graph/catalogue';
import { type OnnxModel, readModel, writeModel } from '@slipway/graph/onnx';
import {
  applyPlan,
  calibrationModel,
  minMaxCalibrator,
  type PlanOptions,
  planQuantization,
  quantizeWeights,
  type Range,
} from '@slipway/graph/quantize';
import { seededRandom } from '@slipway/testkit';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** A form of one network, as a file. */
export interface FormatFile {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  /** How many nodes ONNX Runtime runs of each operator. */
  readonly operators: Readonly<Record<string, number>>;
}

type Format = PlanOptions | ((model: OnnxModel) => OnnxModel);

/** What `slipway model quantize` makes on processors with VNNI. */
export const INT8 = 'UINT8 activations, INT8 weights by channel';

const FORMATS: Readonly<Record<string, Format>> = {
  FP32: (model) => model,
  [INT8]: {},
};

const OTHERS: Readonly<Record<string, Format>> = {
  'UINT8 activations, one scale for all weights': { perChannel: false },
  'UINT8 activations, weights of seven bits': { reduceRange: true },
  'INT8 activations': { activations: 'int8' },
  'INT8 activations around zero, FP32 biases (TensorRT)': {
    activations: 'int8',
    symmetric: true,
    biases: 'float',
  },
  'only the weights': quantizeWeights,
};

const SEED = 7;
const SAMPLES = 2;

/** Levels of a photo less their means. */
const LEVELS = 128;

/** ResNet-50 with random weights in FP32 and in eight bits, and in all other forms if asked. */
export async function writeFormats(folder: string, all: boolean): Promise<readonly FormatFile[]> {
  const { network } = CATALOGUE.resnet50;
  const model = withClassifier(buildNetwork(network, randomWeights(network, SEED)));
  const ranges = await observe(folder, model, network.input.side);
  const files: FormatFile[] = [];
  for (const [name, format] of Object.entries(all ? { ...FORMATS, ...OTHERS } : FORMATS)) {
    const made =
      typeof format === 'function'
        ? format(model)
        : applyPlan(model, planQuantization(model, ranges, format));
    files.push(await writeFormat(join(folder, String(files.length)), name, made));
  }
  return files;
}

async function observe(folder: string, model: OnnxModel, side: number): Promise<ReadonlyMap<string, Range>> {
  const { model: observed, inputs, outputs } = calibrationModel(model);
  const file = join(folder, 'observed.onnx');
  await writeModel(observed, file);
  const session = await InferenceSession.create(file, { logSeverityLevel: LOG_FATAL });
  const calibrator = minMaxCalibrator();
  const random = seededRandom(SEED);
  const dims = [1, side, side, 3];
  const [input = ''] = session.inputNames;
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const noise = () => LEVELS * (2 * random() - 1);
    const values = Float32Array.from({ length: side * side * 3 }, noise);
    const made = await session.run({ [input]: new Tensor('float32', values, dims) });
    for (const name of inputs) calibrator.observe(name, values);
    for (const name of outputs) calibrator.observe(name, made[name]?.data as Float32Array);
  }
  await session.release();
  return calibrator.ranges();
}

/** Only what ends the process: of everything else the exception says the same. */
const LOG_FATAL = 4;

async function writeFormat(folder: string, name: string, model: OnnxModel): Promise<FormatFile> {
  await mkdir(folder);
  const file = join(folder, 'model.onnx');
  const { modelBytes: bytes } = await writeModel(model, file);
  const optimizedModelFilePath = join(folder, 'optimized.onnx');
  const session = await InferenceSession.create(file, {
    graphOptimizationLevel: 'extended',
    optimizedModelFilePath,
    logSeverityLevel: LOG_FATAL,
  });
  await session.release();
  const nodes = Map.groupBy(readModel(optimizedModelFilePath).graph.nodes, ({ op = '' }) => op);
  const operators = Object.fromEntries([...nodes].map(([op, same]) => [op, same.length]));
  return { name, file, bytes, operators };
}
