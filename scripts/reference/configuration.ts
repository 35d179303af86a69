import { DeploymentConfig } from '@slipway/contract/api';
import { markdownTable } from './markdown-table.ts';

interface FieldSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly FieldSchema[];
  readonly items?: FieldSchema;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly description?: string;
}

/** docs/reference/configuration.md */
export function configurationReference(): string {
  const rows = Object.entries(DeploymentConfig.properties).flatMap(([name, schema]) => [
    row(name, schema as FieldSchema),
    ...memberRows(name, schema as FieldSchema),
  ]);
  return `# Deployment configuration

How a service runs. The fields stand in the file of \`slipway deploy --config\` (JSON or YAML), in \`config\` of the REST
API and in the SDK's deployment configuration. A field that is left out of a deployment has its default; one that is
left out of an update stays as it is. A field that is not listed here is refused.

${markdownTable(['field', 'values', 'default', 'meaning'], rows)}

\`\`\`yaml
# deploy.yaml: slipway deploy digits --model digits --config deploy.yaml
numReplicas: 2
cpuCores: 1
memoryGb: 0.5
scoringTimeoutMs: 10000
\`\`\`

<!-- Made by "npm run reference" from packages/contract/src/api/deployment.ts. -->
`;
}

/** Those of a field that holds others; they have no defaults of their own. */
function memberRows(name: string, { properties = {} }: FieldSchema): readonly (readonly string[])[] {
  return Object.entries(properties).map(([member, schema]) => [
    `\`${name}.${member}\``,
    valuesOf(schema),
    '',
    schema.description ?? '',
  ]);
}

function row(name: string, schema: FieldSchema): readonly string[] {
  return [
    `\`${name}\``,
    valuesOf(schema),
    `\`${JSON.stringify(schema.default ?? null)}\``,
    schema.description ?? '',
  ];
}

function valuesOf(schema: FieldSchema): string {
  if (schema.anyOf !== undefined) return schema.anyOf.map(valuesOf).join(' or ');
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.items !== undefined) return `list of ${valuesOf(schema.items)}`;
  const names: Readonly<Record<string, string>> = {
    integer: 'whole number',
    number: 'number',
    boolean: '`true`, `false`',
    null: '`null`',
  };
  return `${names[schema.type ?? ''] ?? schema.type}${rangeOf(schema)}`;
}

function rangeOf({ minimum, exclusiveMinimum, maximum }: FieldSchema): string {
  if (exclusiveMinimum !== undefined) return ` above ${exclusiveMinimum}`;
  if (minimum === undefined) return '';
  return maximum === undefined ? ` from ${minimum}` : ` from ${minimum} to ${maximum}`;
}
