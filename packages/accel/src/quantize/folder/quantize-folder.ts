import { copyFile, mkdir, open, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SlipwayError } from '@slipway/contract';
import { writeModel } from '@slipway/graph/onnx';
import { withGraphErrorsLater } from '../../graph-errors.ts';
import { writeFolder } from '../../write-folder.ts';
import { openSamples } from '../inputs/open-samples.ts';
import type { QuantizedModel, QuantizeOptions } from '../options.ts';
import { quantizeModel } from '../quantize-model.ts';
import type { QuantizationReport } from '../report.ts';
import type { Samples } from '../samples.ts';
import { openSource, type SourceModel } from './open-source.ts';

/** What stands beside a quantized model: how it was made, and what that cost. */
export const REPORT_FILE = 'quantization.json';

const MODEL_FILE = 'model.onnx';

/** Samples that are taken of each folder: more change ranges hardly, and each takes a run of the model. */
const MOST_SAMPLES = 512;

export interface QuantizeFolderOptions extends Omit<QuantizeOptions, 'model' | 'calibration' | 'evaluation'> {
  /** An ONNX file, or a folder as the registry has it. */
  readonly source: string;
  /** What errors call it. Default: the path. */
  readonly title?: string | undefined;
  /** The folder that is made. */
  readonly out: string;
  /** Folders of images, or of `.npy`, `.npz` and `.json`. */
  readonly calibration?: string | undefined;
  readonly evaluation?: string | undefined;
  /** Samples that are taken of each folder, at most. Default: 512. */
  readonly samples?: number | undefined;
}

/**
 * Quantizes a model folder into another one, with all that stands beside the model and the report as `quantization.json`:
 * whole or not at all. Throws as `quantizeModel` does, `already_exists` where something has the name of the folder, and
 * `cancelled`.
 */
export async function quantizeFolder(options: QuantizeFolderOptions): Promise<QuantizationReport> {
  const { source: path, title = path, out, signal } = options;
  const source = await openSource(path, title);
  const made = Promise.withResolvers<QuantizationReport>();
  await writeFolder(out, async (temporary) => {
    const { model, report } = await quantizeSource(source, options);
    await copyOthers(source, temporary, signal);
    await withGraphErrorsLater(() => writeModel(model, join(temporary, MODEL_FILE), { signal }));
    await writeSynced(join(temporary, REPORT_FILE), `${JSON.stringify(report, null, 2)}\n`);
    made.resolve(report);
  }).catch((thrown) => {
    if (signal?.aborted !== true) throw thrown;
    const said = `The quantization of ${title} was given up; nothing of it is there.`;
    throw new SlipwayError('cancelled', said, { cause: thrown });
  });
  return await made.promise;
}

async function quantizeSource(source: SourceModel, options: QuantizeFolderOptions): Promise<QuantizedModel> {
  const { calibration, evaluation, samples: most = MOST_SAMPLES, signal } = options;
  await refuseSameFolder(calibration, evaluation);
  const { model, signature } = source;
  const images = signature?.images ?? [];
  const samplesIn = (folder: string | undefined, field: string): Promise<Samples> | undefined =>
    folder === undefined ? undefined : openSamples(folder, model, { images, most, field, signal });
  return await quantizeModel({
    ...options,
    model,
    calibration: await samplesIn(calibration, 'calibration'),
    evaluation: await samplesIn(evaluation, 'evaluation'),
    scores: options.scores ?? signature?.labels[0]?.output,
  });
}

async function refuseSameFolder(
  calibration: string | undefined,
  evaluation: string | undefined,
): Promise<void> {
  if (calibration === undefined || evaluation === undefined) return;
  const [one, other] = await Promise.all(
    [calibration, evaluation].map((path) => realpath(path).catch(() => path)),
  );
  if (one !== other) return;
  const field = 'evaluation';
  const said = `${field}: ${evaluation} is also the folder of calibration, and what scales were chosen by proves nothing. Leave it out, and a part of the samples is kept apart.`;
  throw new SlipwayError('invalid_argument', said, { details: { field } });
}

async function copyOthers({ folder, others }: SourceModel, into: string, signal: AbortSignal | undefined) {
  for (const file of others) {
    signal?.throwIfAborted();
    if (folder === undefined || file === REPORT_FILE || file === MODEL_FILE) continue;
    const to = join(into, file);
    await mkdir(dirname(to), { recursive: true });
    await copyFile(join(folder, file), to);
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  await using file = await open(path, 'wx');
  await file.writeFile(text);
  await file.sync();
}
