import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SavedModelSchema } from '../generated/tensorflow/tensorflow_pb.ts';
import { type Checkpoint, openCheckpoint } from './bundle/checkpoint.ts';
import { decodeMessage, MAX_MESSAGE_BYTES } from './decode-message.ts';
import { readMetaGraph } from './meta-graph.ts';
import type { MetaGraph, TensorFlowModel } from './model.ts';
import { modelOf } from './model-of.ts';
import { readFileInside } from './read-file.ts';
import { brokenModel, notRead } from './refusals.ts';

/** The only version of the format that there has been. */
const SCHEMA_VERSION = 1n;

/** Reads a SavedModel of TensorFlow 1 or 2, all its graphs. Throws `GraphError`. */
export async function loadSavedModel(folder: string): Promise<TensorFlowModel> {
  const file = join(folder, 'saved_model.pb');
  const bytes = await readFileInside(folder, file, MAX_MESSAGE_BYTES);
  const { metaGraphs: definitions, savedModelSchemaVersion: version } = decodeMessage(
    file,
    bytes,
    SavedModelSchema,
  );
  if (version !== SCHEMA_VERSION)
    throw notRead(file, `It is a SavedModel of version ${version}.`, 'Slipway reads version 1.');
  if (definitions.length === 0) throw brokenModel(file, 'It holds no graph.');
  const metaGraphs: MetaGraph[] = [];
  for (const definition of definitions)
    metaGraphs.push(await readMetaGraph(file, definition, join(folder, 'assets')));
  return modelOf('saved-model', file, metaGraphs, await openVariables(folder));
}

async function openVariables(folder: string): Promise<Checkpoint | null> {
  const prefix = join(folder, 'variables', 'variables');
  if (await exists(`${prefix}.index`)) return openCheckpoint(prefix, folder);
  if (await exists(prefix))
    throw notRead(
      prefix,
      'The variables are a checkpoint of the first version.',
      'Load the model in TensorFlow and save it again.',
    );
  return null;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
