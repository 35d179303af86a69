import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import type { InspectJob, ModelInspection } from '@slipway/contract';
import { findModel } from '../source/find-model.ts';
import { findOnnx } from './find-onnx.ts';
import { inspectOnnx } from './inspect-onnx.ts';
import { inspectTensorFlowModel } from './inspect-tensorflow.ts';

/** Describes the model that a file or folder holds, and says whether it would be converted. Registers and writes nothing. */
export async function inspect({ path, request }: InspectJob): Promise<ModelInspection> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  const onnx = await findOnnx(path, isFolder);
  if (onnx !== undefined) return inspectOnnx(onnx, relative(path, onnx));
  const model = isFolder ? await findModel(path) : path;
  return await inspectTensorFlowModel(model, relative(path, model), request);
}
