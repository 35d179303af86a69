import type { AksDeploymentOptions, AksOption } from './aks-options.ts';
import type { ConfigurationProblem } from './configuration-error.ts';
import { AKS_OPTIONS, AZURE_FIELDS } from './fields.ts';

/** Where a service was to run in Azure: in Kubernetes, in a container instance, on a developer's machine. */
export type AzureComputeType = 'AKS' | 'ACI' | 'LOCAL';

type Json = Readonly<Record<string, unknown>>;

/** Fields of container instances that say nothing about a service here, and who says it instead. */
const ACI_ONLY: Readonly<Record<string, string>> = {
  location: 'a service runs where its server runs',
  sslEnabled: 'TLS belongs to the server: slipway up --tls-cert FILE --tls-key FILE',
  sslCertificate: 'TLS belongs to the server: slipway up --tls-cert FILE',
  sslKey: 'TLS belongs to the server: slipway up --tls-key FILE',
  cname: 'the name belongs to the server: slipway up --public-host NAME',
  dnsNameLabel: 'the name belongs to the server: slipway up --public-host NAME',
};

/** Parameters by their paths, whatever the compute. */
const OPTION_OF_PATH: ReadonlyMap<string, AksOption> = new Map(
  AKS_OPTIONS.flatMap((option) => AZURE_FIELDS[option].json.map((path) => [path, option] as const)),
);

/** Objects that hold further fields: `autoScaler`. */
const GROUPS = new Set([...OPTION_OF_PATH.keys()].flatMap((path) => path.split('.').slice(0, -1)));

/**
 * The parameters that the fields of a `deploymentconfig.json` stand for, their values not yet looked at, and what is wrong
 * with fields that a file for this compute does not have, by their paths. `null` is the same as left out.
 */
export function optionsOfFile(
  type: AzureComputeType,
  file: Json,
): { readonly options: AksDeploymentOptions; readonly problems: readonly ConfigurationProblem[] } {
  const options: Partial<Record<AksOption, unknown>> = {};
  const problems: ConfigurationProblem[] = [];
  for (const [path, value] of leavesOf(file)) {
    if (value === null) continue;
    const option = OPTION_OF_PATH.get(path);
    if (option === undefined || !isFieldOf(type, option)) problems.push(...strangeField(type, path, value));
    else if (option in options && options[option] !== value) problems.push(saidTwice(option, path));
    else options[option] = value;
  }
  return { options: options as AksDeploymentOptions, problems };
}

function* leavesOf(value: Json, above = ''): Generator<readonly [path: string, value: unknown]> {
  for (const [name, member] of Object.entries(value)) {
    const path = `${above}${name}`;
    if (above === '' && GROUPS.has(name) && isObject(member)) yield* leavesOf(member, `${path}.`);
    else yield [path, member];
  }
}

function isFieldOf(type: AzureComputeType, option: AksOption): boolean {
  return type === 'AKS' || (type === 'ACI' && AZURE_FIELDS[option].aci === true);
}

function strangeField(type: AzureComputeType, path: string, value: unknown): ConfigurationProblem[] {
  const reason = type === 'ACI' ? ACI_ONLY[path] : undefined;
  if (reason !== undefined && value === false) return [];
  const message =
    reason === undefined
      ? `${path} is not a field of a deployment to ${type}`
      : `${path} cannot be said of one service: ${reason}`;
  return [{ field: path, message }];
}

function saidTwice(option: AksOption, path: string): ConfigurationProblem {
  const others = AZURE_FIELDS[option].json.filter((other) => other !== path).join(', ');
  return { field: path, message: `${path} says something else than ${others}` };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
