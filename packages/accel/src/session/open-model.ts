import './without-telemetry.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Datatype, SlipwayError, type Tensor, type TensorData } from '@slipway/contract';
import { type OnnxModel, writeModel } from '@slipway/graph/onnx';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';

/** Values by the names of tensors. */
export type Feeds = Readonly<Record<string, Pick<Tensor, 'datatype' | 'shape' | 'data'>>>;

/** What a model gives, as ONNX Runtime says it. */
export type Answers = Readonly<Record<string, OrtTensor>>;

/** A model in ONNX Runtime, on this machine's processor. */
export interface OpenModel extends AsyncDisposable {
  /** Bytes of its files. */
  readonly bytes: number;
  /** Computes outputs, all of them unless some are named. Throws `invalid_argument` with what ONNX Runtime says. */
  run(feeds: Feeds, outputs?: readonly string[]): Promise<Answers>;
}

export interface OpenModelOptions {
  /** Threads of a run. Default: as many as the machine has cores. */
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Only what ends the process: of everything else the exception says the same. */
const LOG_FATAL = 4;

const ORT_TYPES = {
  BOOL: 'bool',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FP16: 'float16',
  FP32: 'float32',
  FP64: 'float64',
} as const satisfies Record<Exclude<Datatype, 'BYTES' | 'BF16'>, string>;

/**
 * Loads a model in ONNX Runtime, through a folder for temporary files. Throws `invalid_model` with what ONNX Runtime says
 * of it.
 */
export async function openModel(model: OnnxModel, options: OpenModelOptions = {}): Promise<OpenModel> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-model-'));
  try {
    const path = join(folder, 'model.onnx');
    const { modelBytes, dataFile } = await writeModel(model, path, { signal: options.signal });
    const session = await openModelFile(path, options);
    return { ...session, bytes: modelBytes + (dataFile?.bytes ?? 0) };
  } finally {
    // What is loaded needs its files no longer, and a process that is killed later leaves none behind.
    await rm(folder, { recursive: true, force: true });
  }
}

/** Loads the model in a file, in the same way. */
export async function openModelFile(
  path: string,
  options: Pick<OpenModelOptions, 'threads'> = {},
): Promise<Omit<OpenModel, 'bytes'>> {
  const session = await load(path, options);
  return {
    run: (feeds, outputs) => run(session, feeds, outputs),
    [Symbol.asyncDispose]: () => session.release(),
  };
}

async function load(path: string, { threads }: OpenModelOptions): Promise<InferenceSession> {
  return await InferenceSession.create(path, {
    executionProviders: ['cpu'],
    executionMode: 'sequential',
    logSeverityLevel: LOG_FATAL,
    intraOpNumThreads: threads ?? availableParallelism(),
  }).catch((cause: Error) => {
    throw new SlipwayError('invalid_model', `ONNX Runtime does not load the model: ${cause.message}`, {
      cause,
    });
  });
}

async function run(
  session: InferenceSession,
  feeds: Feeds,
  outputs: readonly string[] | undefined,
): Promise<Answers> {
  const given = Object.entries(feeds).map(([name, tensor]) => [name, ortTensor(name, tensor)] as const);
  const work =
    outputs === undefined
      ? session.run(Object.fromEntries(given))
      : session.run(Object.fromEntries(given), outputs);
  return await work.catch((cause: Error) => {
    throw new SlipwayError('invalid_argument', `ONNX Runtime does not run the model: ${cause.message}`, {
      cause,
    });
  });
}

function ortTensor(name: string, { datatype, shape, data }: Feeds[string]): OrtTensor {
  const type = datatype === 'BYTES' || datatype === 'BF16' ? undefined : ORT_TYPES[datatype];
  if (type === undefined) {
    throw new SlipwayError('unsupported', `${name} is ${datatype}, which models are not fed with here.`);
  }
  return new OrtTensor(type, data as Exclude<TensorData, readonly Uint8Array[]>, shape);
}
