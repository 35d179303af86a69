import { modelId, SlipwayError, WEIGHTS_PROPERTY } from '@slipway/contract';
import type { ModelUpdate } from '@slipway/contract/api';
import type { ModelRecord } from '../../store/collections.ts';
import type { Stored, Writer } from '../../store/store.ts';
import { addProperties } from '../attributes.ts';
import { findModel, newestModel } from './find.ts';
import { refuseOtherWeights } from './random-weights.ts';
import { servicesThatUse } from './users.ts';

type Etag = { readonly etag: string };

/** Changes description and tags, adds properties. Throws `not_found`, `conflict`, `precondition_failed`. */
export async function updateModel(
  writer: Writer,
  workspace: string,
  reference: string,
  update: ModelUpdate,
  expect?: Etag,
): Promise<Stored<ModelRecord>> {
  const { id, value } = await findModel(writer, workspace, reference);
  refuseOtherWeights('addProperties', update.addProperties, value.properties[WEIGHTS_PROPERTY]);
  const changed: ModelRecord = {
    ...value,
    description: update.description === undefined ? value.description : update.description,
    tags: update.tags ?? value.tags,
    properties: addProperties(value.properties, update.addProperties),
    updatedAt: new Date().toISOString(),
  };
  return writer.put('models', id, changed, expect);
}

/** Throws `not_found`, `precondition_failed`, and `in_use` while a service runs it or is to run it. */
export async function deleteModel(
  writer: Writer,
  workspace: string,
  reference: string,
  expect?: Etag,
): Promise<void> {
  const { id, value } = await findModel(writer, workspace, reference);
  const users = await servicesThatUse(writer, value);
  if (users.length > 0) throw inUse(value, users);
  await writer.remove('models', id, expect);
  const newest = await newestModel(writer, workspace, value.name);
  if (newest !== undefined && !newest.value.latest) {
    await writer.put('models', newest.id, { ...newest.value, latest: true });
  }
}

function inUse({ name, version }: ModelRecord, users: readonly string[]): SlipwayError {
  return new SlipwayError(
    'in_use',
    `The model ${modelId(name, version)} cannot be deleted because it is used by ${users.join(', ')}. Delete those services first, or update them to another model.`,
    { details: { users } },
  );
}
