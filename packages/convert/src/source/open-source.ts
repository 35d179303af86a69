import type { ConvertJob } from '@slipway/contract';
import type { Conversion } from '../native/convert-natively.ts';
import type { PythonModel } from '../python/ask-tensorflow.ts';
import type { Tell } from '../tell.ts';
import { openOnnx } from './open-onnx.ts';
import { openTensorFlow } from './open-tensorflow.ts';
import type { Requested } from './requested.ts';

/** A model that is to be converted, of whatever format. */
export interface Source extends AsyncDisposable {
  readonly format: string;
  readonly requested: Requested;
  /** As Python is told of it, to answer beside the result; absent: the source is ONNX, and answers by itself. */
  readonly python: PythonModel | undefined;
  /** `version` is that of this package, which the result says. */
  convert(version: string): Promise<Conversion>;
}

/** Opens the model at a path. Throws `GraphError` where it cannot be read, or does not have what is asked of it. */
export async function openSource(path: string, job: ConvertJob, tell: Tell): Promise<Source> {
  return path.endsWith('.onnx') ? await openOnnx(path, job) : await openTensorFlow(path, job, tell);
}
