import { modelId, randomWeightsOf, SlipwayError, WEIGHTS_PROPERTY } from '@slipway/contract';
import type { ConversionReport, ModelRegister } from '@slipway/contract/api';
import type { BlobDescriptor, ContentStore } from '@slipway/oci';
import type { ModelRecord } from '../../store/collections.ts';
import type { Stored, Writer } from '../../store/store.ts';
import { refuseProblems } from '../field-problems.ts';
import { requireWorkspace } from '../workspaces/workspaces.ts';
import { checkSignatureFiles } from './check-signature-files.ts';
import { findModel, modelKey, newestModel } from './find.ts';
import { FOLDER_ANNOTATION } from './folder-annotation.ts';
import { readRandomWeights, refuseOtherWeights } from './random-weights.ts';

/** A manifest whose blobs are there, and what the models among them say of their weights if nobody trained them. */
export interface PackedModel extends BlobDescriptor {
  readonly weights: string | undefined;
}

/**
 * Registering has two steps: first the manifest is packed, which checks that every blob is there with its size and
 * keeps it from being collected; then the version is registered with that manifest, in one transaction. What stops
 * in between leaves blobs that nobody names, which are collected.
 */
export async function packModel(contentStore: ContentStore, order: ModelRegister): Promise<PackedModel> {
  checkFramework(order);
  const manifest = await contentStore.manifests.packModel({
    files: order.files,
    ...(order.folder !== undefined && { annotations: { [FOLDER_ANNOTATION]: order.folder } }),
  });
  await checkSignatureFiles(contentStore.blobs, order.files);
  return { ...manifest, weights: await readRandomWeights(contentStore.blobs, order.files) };
}

function checkFramework(order: ModelRegister): void {
  if (order.frameworkVersion === undefined || order.framework !== undefined) return;
  refuseProblems([{ field: 'frameworkVersion', message: 'cannot be provided without a valid framework' }]);
}

/** Registers a packed model as the next version of its name. A version is never given twice, also after a delete. */
export async function registerModel(
  writer: Writer,
  workspace: string,
  order: ModelRegister,
  manifest: PackedModel,
  conversion?: ConversionReport,
): Promise<Stored<ModelRecord>> {
  await requireWorkspace(writer, workspace);
  const parent =
    order.parentId === undefined
      ? undefined
      : (await findModel(writer, workspace, order.parentId, 'parentId')).value;
  // Formats that are converted from may have no place for what is said of weights.
  const inherited = conversion === undefined ? undefined : parent?.properties[WEIGHTS_PROPERTY];
  const weights = randomWeightsOf([manifest.weights, inherited]);
  refuseOtherWeights('properties', order.properties, weights);
  const version = await takeVersion(writer, workspace, order.name);
  const before = await newestModel(writer, workspace, order.name);
  if (before !== undefined) await writer.put('models', before.id, { ...before.value, latest: false });
  const now = new Date().toISOString();
  const record: ModelRecord = {
    workspace,
    name: order.name,
    version,
    latest: true,
    description: order.description ?? null,
    tags: order.tags ?? {},
    properties: { ...order.properties, ...(weights !== undefined && { [WEIGHTS_PROPERTY]: weights }) },
    framework: order.framework ?? null,
    frameworkVersion: order.frameworkVersion ?? null,
    parentId: parent === undefined ? null : modelId(parent.name, parent.version),
    digest: manifest.digest,
    size: order.files.reduce((total, file) => total + file.size, 0),
    files: order.files,
    ...(conversion !== undefined && { conversion }),
    createdAt: now,
    updatedAt: now,
  };
  return writer.put('models', modelKey(workspace, order.name, version), record, 'absent');
}

/** Largest version number that a model id can hold. */
const MAX_VERSION = 999_999_999;

async function takeVersion(writer: Writer, workspace: string, name: string): Promise<number> {
  const key = `${workspace}/${name}`;
  const counter = await writer.get('modelCounters', key);
  const version = (counter?.value.lastVersion ?? 0) + 1;
  if (version > MAX_VERSION) {
    throw new SlipwayError(
      'conflict',
      `The model "${name}" has used up its version numbers. Choose another name.`,
    );
  }
  await writer.put('modelCounters', key, { lastVersion: version });
  return version;
}
