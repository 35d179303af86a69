import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { SIGNATURE_FILE, SlipwayError } from '@slipway/contract';
import { setMetadata, writeModel } from '@slipway/graph/onnx';
import { withGraphErrorsLater } from '../graph-errors.ts';
import { writeFolder } from '../write-folder.ts';
import type { Pipeline } from './pipeline.ts';
import { signatureFileOf } from './signature-file.ts';

export const MODEL_FILE = 'model.onnx';

/** The metadata that name the tensors between featurizer and head, and those by which callers know the ends, as JSON. */
export const FEATURES_METADATA = 'slipway.features';
export const INPUTS_METADATA = 'tensorflow.inputs';
export const OUTPUTS_METADATA = 'tensorflow.outputs';

export interface SavePipelineOptions {
  /** Further small files by name, such as how it was made. */
  readonly files?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a pipeline as the folder that the registry takes: `model.onnx`, `signature.json`, and further files; whole or not
 * at all. The same pipeline gives the same bytes. Throws `already_exists` where something has the folder's name, and what
 * the system says of the disk.
 */
export async function savePipeline(
  pipeline: Pipeline,
  folder: string,
  { files = {}, signal }: SavePipelineOptions = {},
): Promise<void> {
  const model = setMetadata(pipeline.model, {
    [INPUTS_METADATA]: JSON.stringify(pipeline.inputs),
    [OUTPUTS_METADATA]: JSON.stringify(pipeline.outputs),
    [FEATURES_METADATA]: pipeline.features.length === 0 ? undefined : JSON.stringify(pipeline.features),
  });
  const signature = `${JSON.stringify(signatureFileOf(pipeline), null, 2)}\n`;
  await writeFolder(folder, async (temporary) => {
    for (const [name, text] of Object.entries({ ...files, [SIGNATURE_FILE]: signature })) {
      signal?.throwIfAborted();
      await writeSynced(join(temporary, name), text);
    }
    await withGraphErrorsLater(() => writeModel(model, join(temporary, MODEL_FILE), { signal }));
  }).catch((thrown) => {
    throw signal?.aborted ? cancelled(folder, thrown) : thrown;
  });
}

async function writeSynced(path: string, text: string): Promise<void> {
  await using file = await open(path, 'wx');
  await file.writeFile(text);
  await file.sync();
}

function cancelled(folder: string, cause: unknown): SlipwayError {
  return new SlipwayError('cancelled', `Writing "${folder}" was given up; nothing of it is there.`, {
    cause,
  });
}
