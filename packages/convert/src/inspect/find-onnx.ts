import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The ONNX file that a path is, or the only one that stands in a folder without a model of TensorFlow. */
export async function findOnnx(path: string, isFolder: boolean): Promise<string | undefined> {
  if (!isFolder) return path.endsWith('.onnx') ? path : undefined;
  const names = await readdir(path);
  const [only, ...others] = names.filter((name) => name.endsWith('.onnx'));
  const alone = only !== undefined && others.length === 0 && !names.some((name) => name.endsWith('.pb'));
  return alone ? join(path, only) : undefined;
}
