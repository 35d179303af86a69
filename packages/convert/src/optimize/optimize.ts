import { mkdir, rm } from 'node:fs/promises';
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
  /** Why the model is as it was; absent where it was optimized. */
  readonly left?: string;
}

/** A model is one message of protobuf in ONNX Runtime while it is optimized, which may have 2 GB. */
const MOST_BYTES = 2 ** 31 - 2 ** 26;

/**
 * The model as ONNX Runtime rewrites it for any machine: constants computed, batch norms and biases part of their
 * convolutions, what does nothing left out. It has ONNX's own operators alone, the same inputs and outputs, and the same
 * metadata; the same model gives the same bytes. Throws `SlipwayError` (`invalid_model`) where ONNX Runtime does not
 * load the model.
 */
export async function optimize(model: OnnxModel, { folder, signal }: OptimizeOptions): Promise<Optimized> {
  await mkdir(folder);
  const [given, rewritten] = [join(folder, 'given.onnx'), join(folder, 'optimized.onnx')];
  // Weights beside the model are mapped into memory, and not copied.
  const { modelBytes, dataFile } = await writeModel(model, given, { externalFrom: 1024, signal });
  const bytes = modelBytes + (dataFile?.bytes ?? 0);
  if (bytes > MOST_BYTES)
    return {
      model,
      left: `It has ${bytes} bytes, and ONNX Runtime rewrites models of up to ${MOST_BYTES}.`,
    };
  await rewrite(given, rewritten);
  for (const path of [given, dataFile?.path ?? '']) await rm(path, { force: true });
  const optimized = withEndsOf(model, readModel(rewritten));
  const [problem] = checkModel(optimized);
  if (problem === undefined) return { model: optimized };
  return { model, left: `ONNX Runtime's rewriting of it is not plain ONNX: ${problemLine(problem)}` };
}
