import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestScope, temporaryFolder } from '@slipway/testkit';
import { InferenceSession } from 'onnxruntime-node';
import type { OnnxModel } from './model.ts';
import { writeModel } from './write-model.ts';

const PACKAGE = join(import.meta.dirname, '../..');

/** Models that onnx made, by scripts/write-onnx-data.py. */
export const FIXTURES = ['control-flow', 'convolutional', 'every-kind', 'function'] as const;

export function fixturePath(name: (typeof FIXTURES)[number]): string {
  return join(PACKAGE, `fixtures/onnx/${name}.onnx`);
}

/** The model of the demo. */
export const DIGITS = join(PACKAGE, '../../examples/mnist/digits.onnx');

/** Bytes as a file of their own. */
export async function fileOf(scope: TestScope, bytes: Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(scope), 'model.onnx');
  await writeFile(path, bytes);
  return path;
}

/** The model as the file says it after it was written. */
export async function rewritten(scope: TestScope, model: OnnxModel): Promise<string> {
  const path = join(await temporaryFolder(scope), 'model.onnx');
  await writeModel(model, path);
  return path;
}

/** Whether ONNX Runtime takes the model: the names that it says, or throws. */
export async function loadInRuntime(
  path: string,
): Promise<{ inputs: readonly string[]; outputs: readonly string[] }> {
  const session = await InferenceSession.create(path, { intraOpNumThreads: 1, logSeverityLevel: 4 });
  const names = { inputs: [...session.inputNames], outputs: [...session.outputNames] };
  await session.release();
  return names;
}
