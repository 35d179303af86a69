import { SlipwayError } from '@slipway/contract';
import type { InferenceChoice, PartialDeploymentConfig, ServiceUpdate } from '@slipway/contract/api';
import { settingsOfOptions } from './azure/settings-of-options.ts';
import { type SplitSettings, splitSettings } from './deployment-settings.ts';
import { selectionOf } from './model-selection.ts';
import type { UpdateServiceOptions } from './webservice-options.ts';

/**
 * The request that changes a service. Settings that are named go before those of `deploymentConfig`. Throws
 * `invalid_argument` where nothing is asked for, or what an update cannot change.
 */
export function updateBody(
  options: Omit<UpdateServiceOptions, 'signal' | 'onProgress' | 'inferenceConfig'>,
  inferenceConfig?: InferenceChoice,
): ServiceUpdate {
  const { models, deploymentConfig, description, replace, ...named } = options;
  const given = splitSettings(deploymentConfig);
  refuseUnchangeable(given);
  const { config, fields } = splitSettings(settingsOfOptions(named, 'update'));
  const { tags, properties, description: described } = { ...given.fields, ...fields };
  const words = description === undefined ? described : description;
  const body: ServiceUpdate = {
    ...(models !== undefined && { models: models.map(choiceOf) }),
    ...(inferenceConfig !== undefined && { inferenceConfig }),
    ...(words !== undefined && { description: words }),
    ...(tags !== undefined && { tags: { ...tags } }),
    ...(properties !== undefined && { addProperties: { ...properties } }),
    ...((given.config ?? config) !== undefined && { config: bothOf(given.config, config) }),
    ...(replace !== undefined && { replace }),
  };
  if (Object.keys(body).length > 0) return body;
  throw new SlipwayError('invalid_argument', 'No parameters provided to update.');
}

/** Settings of both, the second ones first; of devices class by class. */
function bothOf(a: SplitSettings['config'], b: SplitSettings['config']): PartialDeploymentConfig {
  const devices = { ...a?.devices, ...b?.devices };
  return { ...a, ...b, ...(Object.keys(devices).length > 0 && { devices }) };
}

function refuseUnchangeable({ fields, port }: SplitSettings): void {
  const { primaryKey, secondaryKey, computeTarget } = fields;
  const given = Object.entries({ primaryKey, secondaryKey, computeTarget, port });
  const names = given.filter(([, value]) => value !== undefined).map(([name]) => name);
  if (names.length === 0) return;
  throw new SlipwayError(
    'invalid_argument',
    `An update cannot change ${names.join(', ')}: keys are regenerated, and a service that is to be elsewhere is deleted and deployed there.`,
    { details: { field: names[0] } },
  );
}

function choiceOf(
  choice: NonNullable<UpdateServiceOptions['models']>[number],
): NonNullable<ServiceUpdate['models']>[number] {
  if (typeof choice === 'string') return choice;
  if ('id' in choice) return choice.id;
  return selectionOf(typeof choice.model === 'string' ? choice.model : choice.model.id, choice);
}
