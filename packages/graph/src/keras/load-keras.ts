import type { TensorFlowModel } from '../tensorflow/model.ts';
import { modelOf } from '../tensorflow/model-of.ts';
import { notRead, quoted } from '../tensorflow/refusals.ts';
import { type ByteSource, type OpenFile, openFile } from './byte-source.ts';
import { brokenConfig, fieldsOf, type Json } from './config/json.ts';
import { readNetwork } from './config/read-network.ts';
import { buildGraph, type KerasModel } from './graph/build-graph.ts';
import { type Hdf5Object, openHdf5 } from './hdf5/hdf5.ts';
import { archiveWeights } from './weights/archive-weights.ts';
import { legacyWeights } from './weights/legacy-weights.ts';
import { weightsFile } from './weights/weights-file.ts';
import { type ArchiveEntry, openEntry, readDirectory } from './zip/archive.ts';

/** The files of an archive that are read. */
const CONFIG = 'config.json';
const METADATA = 'metadata.json';
const WEIGHTS = 'model.weights.h5';

/** The configuration of a model of a thousand layers takes 2 MB. */
const MAX_JSON_BYTES = 64 * 1024 * 1024;

/** Weights that somebody compressed are unpacked in memory: Keras stores them as they are. */
const MAX_UNPACKED_BYTES = 1024 ** 3;

/** A model as its file has it, and where its weights lie. */
export interface KerasFile {
  readonly model: KerasModel;
  readonly weights: ByteSource;
}

/**
 * Reads a model that Keras 2 or Keras 3 saved as `.keras`, as the TensorFlow graph that computes the same. Its weights
 * stay in the file until they are asked for. Throws `GraphError`.
 */
export function loadKerasArchive(path: string): Promise<TensorFlowModel> {
  return load(path, readKerasArchive);
}

/** As `loadKerasArchive`, of an `.h5` file. */
export function loadKerasHdf5(path: string): Promise<TensorFlowModel> {
  return load(path, readKerasHdf5);
}

async function load(path: string, read: (file: OpenFile) => Promise<KerasFile>): Promise<TensorFlowModel> {
  const file = await openFile(path);
  try {
    const { model, weights } = await read(file);
    const variables = weightsFile(weights, model.weights, () => file[Symbol.asyncDispose]());
    return modelOf('keras', path, [buildGraph(model)], variables);
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}

/** The model in a `.keras` file. Throws `GraphError`. */
export async function readKerasArchive(file: ByteSource): Promise<KerasFile> {
  const entries = await readDirectory(file);
  const [config, metadata, weights] = [CONFIG, METADATA, WEIGHTS].map((name) => entries.get(name));
  if (config === undefined || metadata === undefined)
    throw notRead(
      file.name,
      `It is a zip archive without ${quoted(CONFIG)} and ${quoted(METADATA)}, and so no model of Keras.`,
      'Take the model out of it.',
    );
  if (weights === undefined)
    throw notRead(
      file.name,
      `It has no ${quoted(WEIGHTS)}: its weights are in another form, or in several files.`,
      'Load the model in Keras and save it without shards.',
    );
  const version = fieldsOf(await readJson(file, metadata), file.name)['keras_version'];
  const generation = generationOf(file.name, typeof version === 'string' ? version : undefined);
  const network = readNetwork(file.name, await readJson(file, config));
  const source = await openEntry(file, weights, MAX_UNPACKED_BYTES);
  const found = await archiveWeights(file.name, network, await openHdf5(source));
  return { model: { file: file.name, network, weights: found, generation }, weights: source };
}

/** The model in an `.h5` file. Throws `GraphError`. */
export async function readKerasHdf5(file: ByteSource): Promise<KerasFile> {
  const root = await openHdf5(file);
  const config = (await root.texts('model_config'))?.[0];
  const group = await root.find('model_weights');
  if (config === undefined || group === undefined)
    throw notRead(
      file.name,
      'It has no model, but at most weights, as save_weights writes them.',
      'Save the whole model with model.save("model.keras").',
    );
  const generation = generationOf(file.name, await versionOf(root, group));
  const network = readNetwork(file.name, parseJson(file.name, config));
  const weights = await legacyWeights(file.name, network, group);
  return { model: { file: file.name, network, weights, generation }, weights: file };
}

async function versionOf(root: Hdf5Object, group: Hdf5Object): Promise<string | undefined> {
  return ((await root.texts('keras_version')) ?? (await group.texts('keras_version')))?.[0];
}

function generationOf(file: string, version: string | undefined): 2 | 3 {
  const major = /^(\d+)\./.exec(version ?? '')?.[1];
  if (major === '2' || major === '3') return Number(major) as 2 | 3;
  throw notRead(
    file,
    version === undefined ? 'It is of the first Keras.' : `It is of Keras ${quoted(version)}.`,
    'Load the model in Keras 2 or Keras 3 and save it again.',
  );
}

async function readJson(file: ByteSource, entry: ArchiveEntry): Promise<Json> {
  const source = await openEntry(file, entry, MAX_JSON_BYTES);
  if (source.size > MAX_JSON_BYTES)
    throw brokenConfig(source.name, `It takes ${source.size} bytes, as no configuration does.`);
  return parseJson(source.name, Buffer.from(await source.read(0, source.size)).toString('utf8'));
}

function parseJson(where: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw brokenConfig(
      where,
      `Its configuration is no JSON: ${cause instanceof Error ? cause.message : ''}.`,
    );
  }
}
