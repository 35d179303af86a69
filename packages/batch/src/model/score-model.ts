import { readFile } from 'node:fs/promises';
import { type ImageInput, SlipwayError, toSlipwayError } from '@slipway/contract';
import {
  checkDeclared,
  createImagePreprocessor,
  describeSpec,
  type EngineSession,
  FILE_IMAGE_LIMITS,
  finishingSession,
  firstRun,
  loadSession,
  openEngine,
  readModelSignature,
} from '@slipway/runtime/batch';
import type { Scorer } from '../host/serve-job.ts';
import type { MiniBatch } from '../inputs/mini-batch.ts';
import type { MiniBatchResult } from '../workers/batch-worker.ts';
import type { ModelLoad } from './model-load.ts';
import { readRow } from './read-row.ts';
import { MOST_ROWS, type RowInputs, type RowOutputs, rowSpec, scoreRows, takesRows } from './score-rows.ts';

/** Loads the model in a folder. Throws `invalid_model`, and `unsupported` where its accelerator cannot be had, or runs none of it. */
export async function loadModel(load: ModelLoad): Promise<Scorer> {
  const engine = await openEngine('onnx');
  const declared = await readModelSignature(load.folder);
  const detections = declared?.detections;
  const facts = { ...engine.inspect(load.folder), detector: detections?.detector };
  const own = await loadSession(engine, facts, load);
  if (declared !== undefined) checkDeclared(own.signature, declared);
  const session = detections === undefined ? own : finishingSession(own, detections.labels);
  // An image has as many detections as it has, whatever others a run would share with it.
  const together = detections === undefined ? MOST_ROWS : 1;
  // An accelerator that runs nothing of the model is refused here, and not found out by how long the job takes.
  const placed = load.accelerator === undefined ? [] : firstRun(session).placement.notes;
  const readImages = imageReader(session, declared?.images ?? []);
  return {
    notes: [...session.notes, ...placed],
    score: async (miniBatch) => {
      const rows =
        miniBatch.kind === 'rows' ? rowInputs(session, miniBatch.rows) : await readImages(miniBatch.paths);
      return resultOf(miniBatch, scoreRows(session, rows, together), load.keepsResults);
    },
  };
}

function rowInputs(
  { signature }: EngineSession,
  rows: readonly { readonly json: string }[],
): readonly RowInputs[] {
  const hasRows = takesRows(signature);
  const specs = signature.inputs.map((spec) => rowSpec(spec, hasRows));
  return rows.map(({ json }) => {
    try {
      return readRow(json, specs);
    } catch (thrown) {
      return { reason: toSlipwayError(thrown).message };
    }
  });
}

function imageReader({ signature }: EngineSession, images: readonly ImageInput[]) {
  const preprocess = createImagePreprocessor(FILE_IMAGE_LIMITS);
  return async (paths: readonly string[]): Promise<readonly RowInputs[]> => {
    const [image, ...others] = images;
    if (image === undefined || others.length > 0 || signature.inputs.length > 1)
      throw noImageModel(signature);
    return await Promise.all(
      paths.map(async (path) => {
        try {
          const { shape, data } = await preprocess(image, [await readFile(path)]);
          return [{ shape: shape.slice(1), data }];
        } catch (thrown) {
          return { reason: toSlipwayError(thrown).message };
        }
      }),
    );
  };
}

function resultOf(
  miniBatch: MiniBatch,
  outputs: readonly RowOutputs[],
  keepsResults: boolean,
): MiniBatchResult {
  const lines: string[] = [];
  const rejected: { item: number; reason: string }[] = [];
  for (const [item, one] of outputs.entries()) {
    if (typeof one !== 'string') rejected.push({ item, reason: one.reason });
    else lines.push(`{${placeOf(miniBatch, item)},"outputs":${one}}\n`);
  }
  return { succeeded: lines.length, text: keepsResults ? lines.join('') : '', rejected };
}

function placeOf(miniBatch: MiniBatch, item: number): string {
  if (miniBatch.kind === 'files') return `"file":${JSON.stringify(miniBatch.names[item])}`;
  return `"file":${JSON.stringify(miniBatch.file)},"row":${miniBatch.rows[item]?.row}`;
}

function noImageModel({ inputs }: EngineSession['signature']): SlipwayError {
  return new SlipwayError(
    'invalid_argument',
    `The model alone cannot score files: it takes ${inputs.map(describeSpec).join(', ')}. Declare its one input as images in a signature.json beside it, give rows as JSON Lines, CSV or Parquet, or write an entry script.`,
  );
}
