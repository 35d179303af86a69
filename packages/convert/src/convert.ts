import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ConvertEvent, ConvertJob } from '@slipway/contract';
import type { ConversionReport } from '@slipway/contract/api';
import { readModel, writeModel } from '@slipway/graph/onnx';
import type { Conversion } from './native/convert-natively.ts';
import { withTrueFeatures } from './onnx/true-features.ts';
import { optimize } from './optimize/optimize.ts';
import { packageVersion } from './package-version.ts';
import { askTensorFlow } from './python/ask-tensorflow.ts';
import { describeReport } from './result/describe-report.ts';
import { describeResult } from './result/describe-result.ts';
import { filesIn, MODEL_FILE, writeFactFiles } from './result/write-result.ts';
import { findModel } from './source/find-model.ts';
import { openSource, type Source } from './source/open-source.ts';
import type { Requested } from './source/requested.ts';
import { sizeOf } from './source/size-of.ts';
import { tellRefusals } from './source/tell-refusals.ts';
import { createStopwatch } from './stopwatch.ts';
import type { Tell } from './tell.ts';
import { askSource } from './verify/ask-source.ts';
import { expectedEnds, shapesOf } from './verify/expected-ends.ts';
import { type Verification, type Verified, verify } from './verify/verify.ts';

const PERCENT = { load: 5, convert: 15, optimize: 45, write: 60, verify: 70, done: 95 };

/** What is being converted. */
interface Work {
  readonly job: ConvertJob;
  readonly source: Source;
  /** Of the source, in the model. */
  readonly path: string;
  readonly tell: Tell;
}

/**
 * Converts a model into the folder `model` of its work: load, convert, optimize, write, verify. Throws `SlipwayError`,
 * `GraphError`, and what the system says.
 */
export async function convert(
  job: ConvertJob,
  tell: Tell,
): Promise<Extract<ConvertEvent, { type: 'converted' }>> {
  const { lap, total } = createStopwatch();
  const at = await findModel(job.source, job.request.path);
  const path = relative(job.source, at);
  tell({ message: `Reads ${path === '' ? 'the model' : path}.`, percent: PERCENT.load });
  await using source = await openSource(at, job, tell);
  const work: Work = { job, source, path, tell };
  const load = lap();

  tell({ message: describeRequest(source.requested), percent: PERCENT.convert });
  const version = await packageVersion(import.meta.url);
  const conversion = await tellRefusals(tell, () => source.convert(version));
  const converted = lap();

  tell({ message: 'Optimizes the model.', percent: PERCENT.optimize });
  const optimized = await optimize(conversion.model, { folder: join(job.work, 'optimize') });
  if (optimized.left !== undefined)
    tell({ level: 'warn', message: `The model is left as it was imported. ${optimized.left}` });
  const optimizing = lap();

  const folder = join(job.work, 'model');
  const file = join(folder, MODEL_FILE);
  await mkdir(folder);
  tell({ message: 'Writes the model.', percent: PERCENT.write });
  await writeModel(withTrueFeatures(optimized.model), file);
  const result = readModel(file);
  const write = lap();

  tell({ message: 'Tries the model in ONNX Runtime.', percent: PERCENT.verify });
  const verified = await tryResult(work, conversion, { file, of: optimized.given });
  const { format, requested } = source;
  const ends = verified.outputs;
  const facts = describeResult({ job, format, path, requested, conversion, result, ends });
  await writeFactFiles(folder, facts, conversion.beside);
  const files = await filesIn(folder);
  const report: ConversionReport = {
    ...facts,
    sizes: { source: await sizeOf(at), onnx: files.reduce((sum, { size }) => sum + size, 0) },
    seconds: { load, convert: converted, optimize: optimizing, write, verify: lap(), total: total() },
    peakMemory: process.resourceUsage().maxRSS * 1024,
    onnxruntime: await packageVersion(import.meta.resolve('onnxruntime-node')),
    tensorflow: verified.tensorflow,
    trials: [...verified.trials],
  };
  tell({ message: describeReport(report), percent: PERCENT.done });
  return { type: 'converted', files, report };
}

function describeRequest({ inputs, outputs, signature }: Requested): string {
  const names = (tensors: Requested['inputs']) => tensors.map(({ name }) => name).join(', ');
  const of = signature === null ? '' : ` of the signature ${signature}`;
  return `Converts what is between ${names(inputs)} and ${names(outputs)}${of}.`;
}

async function tryResult(
  { job, source, tell }: Work,
  conversion: Conversion,
  made: { readonly file: string; readonly of: string },
): Promise<Verified> {
  return await verify({
    file: made.file,
    expected: expectedEnds(source.requested, conversion.images),
    shapes: shapesOf(source.requested, job.request.shapes),
    ask: whoAnswers(job, source, made.of, tell),
    tell,
  });
}

function whoAnswers(
  { python, memoryBytes, work }: ConvertJob,
  { python: model }: Source,
  of: string,
  tell: Tell,
): Verification['ask'] {
  if (model === undefined) return (trials) => askSource(of, trials);
  if (python === null) return undefined;
  return (trials) => askTensorFlow({ python, memoryBytes, tell }, model, trials, join(work, 'trials'));
}
