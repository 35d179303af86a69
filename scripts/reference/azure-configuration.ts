import { DEFAULT_AUTOSCALER, DEFAULT_DEPLOYMENT } from '@slipway/contract/api';
import type { AksOption } from '../../packages/sdk/src/azure/aks-options.ts';
import {
  AKS_OPTIONS,
  AZURE_FIELDS,
  type AzureField,
  azureName,
} from '../../packages/sdk/src/azure/fields.ts';
import { markdownTable } from './markdown-table.ts';

/** docs/reference/azure-configuration.md */
export function azureConfigurationReference(): string {
  return `# Azure's deployment configuration

Every parameter of Azure's \`AksWebservice.deploy_configuration\`, where it stands in \`deploymentconfig.json\`, and what it is called in
[our configuration](configuration.md). The SDK takes Azure's names in camelCase (\`cpuCores\`, \`maxRequestWaitTime\`), in
\`AksWebservice.deployConfiguration\` and in \`service.update\`. All that is wrong is told at once, a line each, beginning
with \`Invalid configuration, \`. [The guide](../guides/from-azure.md) shows how they are used, and what differs.

${markdownTable(['Azure', 'deploymentconfig.json', 'ours', 'default', 'rule'], AKS_OPTIONS.map(row))}

Where the rule says ACI, a file with \`"computeType": "ACI"\` has the field, too; one with \`"LOCAL"\` has \`port\` alone.

<!-- Made by "npm run reference" from packages/sdk/src/azure/fields.ts. -->
`;
}

function row(option: AksOption): readonly string[] {
  const field = AZURE_FIELDS[option];
  return [
    `\`${azureName(option)}\``,
    field.json.map((path) => `\`${path}\``).join(', ') || '–',
    field.ours === null ? '–' : `\`${field.ours}\``,
    defaultOf(field),
    rulesOf(option, field).join(' '),
  ];
}

function defaultOf({ ours }: AzureField): string {
  if (ours === null) return '–';
  if (ours === 'computeTarget') return '`"local"`';
  if (ours === 'devices.gpu') return 'by the target';
  const [first = ours, second] = ours.split('.');
  const values: Readonly<Record<string, unknown>> =
    second === undefined ? DEFAULT_DEPLOYMENT : DEFAULT_AUTOSCALER;
  const value = values[second ?? first] ?? null;
  return value === null ? 'none' : `\`${JSON.stringify(value)}\``;
}

function rulesOf(option: AksOption, { kind, missing, note, aci }: AzureField): readonly string[] {
  const least = option === 'gpuCores' ? 'zero or above' : 'above zero';
  const kinds = {
    flag: '`true` or `false`.',
    share: `Number ${least}.`,
    count: `Whole number ${least}.`,
    text: 'Text.',
    words: 'Names with texts.',
  };
  return [
    kinds[kind],
    ...(note === undefined ? [] : [note]),
    ...(missing === undefined ? [] : [`Not there ${missing}.`]),
    ...(aci === true ? ['ACI.'] : []),
  ];
}
