import type { DeploymentSettings } from '../deployment-settings.ts';
import { configurationError, refuseConfiguration } from './configuration-error.ts';
import type { Purpose } from './configuration-problems.ts';
import { AKS_OPTIONS, AZURE_FIELDS, azureName } from './fields.ts';
import { localSettings } from './local-settings.ts';
import { type AzureComputeType, optionsOfFile } from './options-of-file.ts';
import { settingsOfAks, settingsOfOptions } from './settings-of-options.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * Settings from the content of a file. One with `computeType` is Azure's `deploymentconfig.json`; any other has our
 * names, whose values the control plane checks. Throws `invalid_argument` with all problems, each with its path.
 */
export function settingsOfFile(file: Json, purpose: Purpose): DeploymentSettings {
  if (!('computeType' in file)) return ownSettings(file);
  const { computeType, ...fields } = file;
  switch (String(computeType).toUpperCase()) {
    case 'AKS':
      return parametersOf('AKS', fields, purpose);
    case 'ACI': {
      // Container instances ask for no key unless they are told to.
      const open = purpose === 'deploy' ? { authEnabled: false } : {};
      return { ...open, ...parametersOf('ACI', fields, purpose) };
    }
    case 'LOCAL': {
      const { port, ...others } = fields;
      return { ...parametersOf('LOCAL', others, purpose), ...localSettings(port) };
    }
    default: {
      const message = `computeType ${JSON.stringify(computeType)} must be one of AKS, ACI, LOCAL`;
      throw configurationError([{ field: 'computeType', message }]);
    }
  }
}

function parametersOf(type: AzureComputeType, fields: Json, purpose: Purpose): DeploymentSettings {
  const { options, problems } = optionsOfFile(type, fields);
  return type === 'AKS' && purpose === 'deploy'
    ? settingsOfAks(options, problems)
    : settingsOfOptions(options, purpose, problems);
}

/** Azure's fields that stand at the top of its file and mean nothing in ours. */
const AZURE_ONLY = new Set(AKS_OPTIONS.flatMap(topLevelNames));

function topLevelNames(option: (typeof AKS_OPTIONS)[number]): string[] {
  const { json, ours } = AZURE_FIELDS[option];
  return json.map((path) => path.split('.')[0] ?? path).filter((name) => name !== ours);
}

/** `dataCollection` is a field of both, with other members. */
function isAzuresOnly(name: string, value: unknown): boolean {
  if (name !== 'dataCollection') return AZURE_ONLY.has(name);
  return typeof value === 'object' && value !== null && 'storageEnabled' in value;
}

function ownSettings(file: Json): DeploymentSettings {
  const problems = Object.keys(file).flatMap((name) => {
    const option = AKS_OPTIONS.find((one) => one === name);
    const missing = option && AZURE_FIELDS[option].missing;
    if (missing !== undefined) return [{ field: name, message: `${name} is not there ${missing}` }];
    const isAzures =
      isAzuresOnly(name, file[name]) || AKS_OPTIONS.some((one) => azureName(one) === name && one !== name);
    if (!isAzures) return [];
    const message = `${name} is a field of Azure's: a file in the form of deploymentconfig.json has "computeType", one without it has our names`;
    return [{ field: name, message }];
  });
  refuseConfiguration(problems);
  return file as DeploymentSettings;
}
