import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkModel, type OnnxModel, problemLine, readModel, writeModel } from '@slipway/graph/onnx';
import { rewrite } from './rewrite.ts';
import { withEndsOf } from './with-ends-of.ts';

export interface OptimizeOptions {
  /** A folder for files of the pass, which is made. The result's weights lie in it: it must stay until it is written. */
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
}

export interface Optimized {
  readonly model: OnnxModel;
  /** The file of the model as it was. */
  readonly given: string;
  /** Why the model is as it was; absent where it was optimized. */
  readonly left?: string;
}

/** What ONNX Runtime writes is one message of protobuf, besides the weights that it left as they were. */
const LARGEST_MESSAGE = 2 ** 31 - 1;

/** Weights from here on lie beside the model that ONNX Runtime reads, where it maps them and copies only what it changes. */
const EXTERNAL_BYTES = 1024;

/**
 * The model as ONNX Runtime rewrites it for any machine: constants computed, batch norms and biases part of their
 * convolutions, what does nothing left out. It has ONNX's own operators alone, the same inputs and outputs, and the same
 * metadata; the same model gives the same bytes. Throws `SlipwayError` (`invalid_model`) where ONNX Runtime does not
 * load the model.
 */
export async function optimize(model: OnnxModel, { folder, signal }: OptimizeOptions): Promise<Optimized> {
  await mkdir(folder);
  const [given, rewritten] = [join(folder, 'given.onnx'), join(folder, 'optimized.onnx')];
  const { modelBytes, dataFile } = await writeModel(model, given, { externalFrom: EXTERNAL_BYTES, signal });
  const bytes = modelBytes + (dataFile?.bytes ?? 0);
  try {
    await rewrite(given, rewritten);
  } catch (error) {
    if (bytes <= LARGEST_MESSAGE || !(error instanceof Error)) throw error;
    return {
      model,
      given,
      left: `It has ${bytes} bytes, more than ONNX Runtime may write: ${error.message}`,
    };
  }
  const optimized = withEndsOf(model, readModel(rewritten));
  const [problem] = checkModel(optimized);
  if (problem === undefined) return { model: optimized, given };
  return { model, given, left: `ONNX Runtime's rewriting of it is not plain ONNX: ${problemLine(problem)}` };
}
