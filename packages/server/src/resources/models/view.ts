import { modelId, randomSeeds, WEIGHTS_PROPERTY } from '@slipway/contract';
import type { Model } from '@slipway/contract/api';
import type { ModelRecord } from '../../store/collections.ts';
import type { Reader, Stored } from '../../store/store.ts';

/** How many derived models a model shows. */
const MAX_DERIVED = 1_000;

/** The model as the API shows it, with the models that were made from it. */
export async function modelView(reader: Reader, { value, etag }: Stored<ModelRecord>): Promise<Model> {
  const { latest: _latest, files, conversion = null, ...shown } = value;
  const id = modelId(value.name, value.version);
  const derived = await reader.list('models', {
    where: { workspace: value.workspace, parentId: id },
    limit: MAX_DERIVED,
  });
  return {
    ...shown,
    id,
    files: [...files],
    randomWeights: randomSeeds(value.properties[WEIGHTS_PROPERTY]),
    conversion,
    derivedModelIds: derived.map((model) => modelId(model.value.name, model.value.version)),
    etag,
  };
}
