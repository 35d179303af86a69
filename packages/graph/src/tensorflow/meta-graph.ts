import { lstat } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import {
  type AssetFileDef,
  AssetFileDefSchema,
  type GraphDef,
  type MetaGraphDef,
  type OpDef,
  type SignatureDef,
  type TensorInfo,
} from '../generated/tensorflow/tensorflow_pb.ts';
import { checkGraph } from './check-graph.ts';
import { decodeMessage } from './decode-message.ts';
import type { Asset, MetaGraph, SignatureDefinition, TensorFlowGraph } from './model.ts';
import { brokenModel, quoted } from './refusals.ts';

/** A MetaGraphDef as a plain value, checked. `assetsFolder` is `null` where the format has none. */
export async function readMetaGraph(
  file: string,
  definition: MetaGraphDef,
  assetsFolder: string | null,
): Promise<MetaGraph> {
  const info = definition.metaInfoDef;
  if (definition.graphDef === undefined) throw brokenModel(file, 'It holds no graph.');
  return {
    tags: info?.tags ?? [],
    graph: readGraph(file, definition.graphDef),
    signatures: readSignatures(definition.signatureDef),
    ops: new Map((info?.strippedOpList?.op ?? []).map((op): [string, OpDef] => [op.name, op])),
    assets: assetsFolder === null ? [] : await readAssets(file, definition, assetsFolder),
    objects: definition.objectGraphDef,
    restoreOp: definition.saverDef?.restoreOpName || undefined,
    tensorflow: info?.tensorflowVersion || undefined,
  };
}

/** A GraphDef as a plain value, checked: names are unique, inputs there, no cycles, no function within itself. */
export function readGraph(file: string, definition: GraphDef): TensorFlowGraph {
  const functions = new Map(
    (definition.library?.function ?? []).map((one) => [one.signature?.name ?? '', one]),
  );
  const graph = { nodes: definition.node, functions, producer: definition.versions?.producer ?? 0 };
  checkGraph(file, graph);
  return graph;
}

function readSignatures(
  definitions: Readonly<Record<string, SignatureDef>>,
): ReadonlyMap<string, SignatureDefinition> {
  return new Map(
    Object.entries(definitions).map(([key, { inputs, outputs, methodName }]) => [
      key,
      { inputs: tensorInfos(inputs), outputs: tensorInfos(outputs), method: methodName },
    ]),
  );
}

function tensorInfos(infos: Readonly<Record<string, TensorInfo>>): ReadonlyMap<string, TensorInfo> {
  return new Map(Object.entries(infos));
}

function readAssets(file: string, definition: MetaGraphDef, folder: string): Promise<Asset[]> {
  return Promise.all(
    assetDefinitions(file, definition).map(async ({ filename, tensorInfo }) => {
      const path = await assetPath(file, folder, filename);
      return { path, tensor: tensorInfo?.encoding.case === 'name' ? tensorInfo.encoding.value : '' };
    }),
  );
}

/** TensorFlow 2 has a field for them, TensorFlow 1 a collection. */
function assetDefinitions(file: string, definition: MetaGraphDef): readonly AssetFileDef[] {
  if (definition.assetFileDef.length > 0) return definition.assetFileDef;
  const kind = definition.collectionDef['saved_model_assets']?.kind;
  if (kind?.case !== 'anyList') return [];
  return kind.value.value.map(({ value }) => decodeMessage(file, value, AssetFileDefSchema));
}

/** Where an asset stands: a name of a file that lies in the folder of assets, and nowhere else by any way. */
async function assetPath(file: string, folder: string, name: string): Promise<string> {
  const plain =
    name !== '' &&
    !name.includes('\0') &&
    !name.includes('\\') &&
    !name.startsWith('/') &&
    !name.includes(':');
  const steps = name.split('/');
  if (!plain || steps.some((step) => step === '' || step === '.' || step === '..') || normalize(name) === '.')
    throw brokenModel(file, `The asset ${quoted(name)} would lie outside the folder of assets.`);
  for (let count = 0; count <= steps.length; count += 1) {
    const path = join(folder, ...steps.slice(0, count));
    const stats = await lstat(path).catch(() => undefined);
    if (stats === undefined) throw brokenModel(file, `The asset ${quoted(name)} is missing.`);
    if (stats.isSymbolicLink()) throw brokenModel(file, `The asset ${quoted(name)} is behind a link.`);
    if (count === steps.length && !stats.isFile())
      throw brokenModel(file, `The asset ${quoted(name)} is no file.`);
  }
  return join(folder, ...steps);
}
