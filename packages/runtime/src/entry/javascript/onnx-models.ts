import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  ELEMENT_ARRAYS,
  type LoadOnnxModel,
  type OnnxInput,
  type OnnxModel,
  type OnnxOutput,
  SlipwayError,
  type Tensor,
  type TensorData,
  type TensorSpec,
} from '@slipway/contract';
import type { EngineSession } from '../../engines/engine.ts';
import { fitInputs } from '../../models/fit-inputs.ts';
import type { Gauge } from './gauge.ts';

/** What models are loaded with. */
export interface ModelSettings {
  /** Threads that one run may use. */
  readonly threads: number;
  readonly gauge: Gauge;
}

let settings: ModelSettings | undefined;
const open = new Set<EngineSession>();

/** Lets the script load models in this thread. */
export function allowModels(given: ModelSettings): void {
  settings = given;
}

/** Frees what the script has left loaded: a thread that ends with a model in memory may take the process with it. */
export function closeModels(): void {
  for (const session of open) session.close();
  open.clear();
}

export const loadOnnxModel: LoadOnnxModel = async (path) => {
  if (settings === undefined) throw new SlipwayError('internal', 'This thread runs no script.');
  const { threads, gauge } = settings;
  const { onnxEngine } = await import('../../engines/onnx/onnx-engine.ts');
  const { inspectModel } = await import('../../engines/onnx/inspect-model.ts');
  const isFolder = isFolderAt(path);
  const facts = isFolder ? onnxEngine.inspect(path) : inspectModel(path, dirname(path));
  // Optimized copies are kept under the digest of a registered model, and a path has none: without a size, none is made.
  const session = gauge.inNative(() =>
    onnxEngine.load({ ...facts, bytes: 0 }, { threads, digest: '', cacheDir: '' }),
  );
  open.add(session);
  return modelOf(session, gauge);
};

function isFolderAt(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (cause) {
    throw new SlipwayError(
      'invalid_model',
      `There is no model at ${path}. init() is told where models lie: modelDir.`,
      {
        cause,
      },
    );
  }
}

function modelOf(session: EngineSession, gauge: Gauge): OnnxModel {
  const { signature } = session;
  const names = signature.outputs.map(({ name }) => name);
  return {
    ...signature,
    run(inputs) {
      const given = Object.entries(inputs).map(([name, input]) => tensorOf(name, input, signature.inputs));
      const tensors = fitInputs(signature, given);
      if (tensors instanceof SlipwayError) throw tensors;
      const outputs = gauge.inNative(() => session.run(tensors, names));
      return Object.fromEntries(outputs.map((output) => [output.name, outputOf(output)]));
    },
    close() {
      if (open.delete(session)) session.close();
    },
  };
}

function tensorOf(name: string, { data, shape }: OnnxInput, specs: readonly TensorSpec[]): Tensor {
  const spec = specs.find((one) => one.name === name);
  if (spec === undefined) {
    const known = specs.map((one) => `"${one.name}"`).join(', ');
    throw new SlipwayError('invalid_argument', `The model has no input "${name}"; it takes ${known}.`);
  }
  return { name, datatype: spec.datatype, shape, data: elementsOf(spec, data) };
}

const TEXT = new TextEncoder();

function elementsOf({ name, datatype }: TensorSpec, data: OnnxInput['data']): TensorData {
  if (datatype === 'BYTES') {
    return Array.from(data as readonly unknown[], (element) =>
      element instanceof Uint8Array ? element : TEXT.encode(String(element)),
    );
  }
  const Elements = ELEMENT_ARRAYS[datatype];
  if (data instanceof Elements) return data as TensorData;
  if (ArrayBuffer.isView(data)) {
    throw new SlipwayError(
      'invalid_argument',
      `Input "${name}" is ${datatype}, whose elements stand in a ${Elements.name}, and not in a ${data.constructor.name}.`,
    );
  }
  const isBig = datatype === 'INT64' || datatype === 'UINT64';
  const values = Array.from(data as readonly unknown[], (element) =>
    isBig ? BigInt(element as number) : Number(element),
  );
  const elements = new Elements(values.length);
  (elements as Float32Array).set(values as number[]);
  return elements;
}

const UTF8 = new TextDecoder();

function outputOf({ data, shape }: Tensor): OnnxOutput {
  return {
    shape,
    data: ArrayBuffer.isView(data) ? data : data.map((bytes) => UTF8.decode(bytes)),
  };
}
