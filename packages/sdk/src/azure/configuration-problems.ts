import type { AksDeploymentOptions, AksOption } from './aks-options.ts';
import type { ConfigurationProblem } from './configuration-error.ts';
import { AKS_OPTIONS, AZURE_FIELDS, azureName } from './fields.ts';

/** What is done with options: some rules hold for one of them. */
export type Purpose = 'deploy' | 'update';

const NAMESPACE = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Azure's parameters that an update does not have, and what is done instead. */
const NOT_IN_UPDATE: Partial<Record<AksOption, string>> = {
  primaryKey: 'cannot be changed by an update: regenerate the key, with a value of your own',
  secondaryKey: 'cannot be changed by an update: regenerate the key, with a value of your own',
  computeTargetName: 'cannot be changed by an update: delete the service and deploy it there',
};

/** All that is wrong with options, in Azure's words where Azure has some. */
export function configurationProblems(
  options: AksDeploymentOptions,
  purpose: Purpose,
): readonly ConfigurationProblem[] {
  const unknown = Object.keys(options).filter((name) => !Object.hasOwn(AZURE_FIELDS, name));
  return [
    ...unknown.map((name) => ({ field: name, message: `${name} is not a parameter of it` })),
    ...AKS_OPTIONS.flatMap((option) => valueProblem(option, options[option]) ?? []),
    ...pairProblems(options),
    ...autoscaleProblems(options, purpose),
    ...AKS_OPTIONS.flatMap((option) => missingProblem(option, options, purpose) ?? []),
  ];
}

function about(option: AksOption, message: string): ConfigurationProblem {
  const name = azureName(option);
  return { field: name, message: `${name} ${message}` };
}

function valueProblem(option: AksOption, value: unknown): ConfigurationProblem | undefined {
  if (value === undefined || value === null) return undefined;
  switch (AZURE_FIELDS[option].kind) {
    case 'flag':
      return typeof value === 'boolean' ? undefined : about(option, 'must be true or false');
    case 'share':
      return numberProblem(option, value);
    case 'count':
      return numberProblem(option, value) ?? wholeProblem(option, value);
    case 'text':
      return textProblem(option, value);
    case 'words':
      return isWords(value) ? undefined : about(option, 'must be names with texts');
  }
}

function numberProblem(option: AksOption, value: unknown): ConfigurationProblem | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return about(option, 'must be a number');
  if (option === 'gpuCores') {
    return value < 0 ? about(option, 'must be greater than or equal to zero') : undefined;
  }
  return value > 0 ? undefined : about(option, 'must be greater than zero');
}

function wholeProblem(option: AksOption, value: unknown): ConfigurationProblem | undefined {
  if (Number.isSafeInteger(value)) return undefined;
  const reason =
    option === 'gpuCores' ? ': replicas never share a GPU, so that one has it whole or not at all' : '';
  return about(option, `must be a whole number${reason}`);
}

function textProblem(option: AksOption, value: unknown): ConfigurationProblem | undefined {
  if (typeof value !== 'string') return about(option, 'must be a text');
  if (option !== 'namespace' || NAMESPACE.test(value)) return undefined;
  return about(option, 'must be up to 63 of a-z, 0-9 and "-", with no "-" at either end');
}

function isWords(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((word) => typeof word === 'string');
}

/** Rules of two fields. Each is looked at only where both are given: what is left out of an update stays. */
function pairProblems(options: AksDeploymentOptions): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  for (const [limit, asked] of [
    ['cpuCoresLimit', 'cpuCores'],
    ['memoryGbLimit', 'memoryGb'],
  ] as const) {
    if ((options[limit] ?? Number.POSITIVE_INFINITY) < (options[asked] ?? 0)) {
      problems.push(about(limit, `must be greater than or equal to ${azureName(asked)}`));
    }
  }
  if (options.authEnabled === true && options.tokenAuthEnabled === true) {
    const message = 'auth_enabled and token_auth_enabled cannot both be true';
    problems.push({ field: 'token_auth_enabled', message });
  }
  return problems;
}

function autoscaleProblems(options: AksDeploymentOptions, purpose: Purpose): ConfigurationProblem[] {
  const { autoscaleEnabled, autoscaleMinReplicas, autoscaleMaxReplicas, numReplicas } = options;
  const problems: ConfigurationProblem[] = [];
  const field = 'autoscale_enabled';
  if (autoscaleEnabled === true && isGiven(numReplicas)) {
    problems.push({ field, message: 'autoscale enabled and num_replicas provided' });
  }
  if (autoscaleEnabled === false && !isGiven(numReplicas) && purpose === 'deploy') {
    problems.push({ field, message: 'autoscale disabled but num_replicas not provided' });
  }
  if (autoscaleEnabled !== true) {
    for (const option of AKS_OPTIONS) {
      if (!isAutoscaleDetail(option) || !isGiven(options[option])) continue;
      problems.push(about(option, 'provided without enabling autoscaling'));
    }
  }
  if ((autoscaleMinReplicas ?? 0) > (autoscaleMaxReplicas ?? Number.POSITIVE_INFINITY)) {
    problems.push(about('autoscaleMinReplicas', 'cannot be greater than autoscale_max_replicas'));
  }
  return problems;
}

/** Of what depends on it nothing is said where the thing itself is not there. */
function missingProblem(
  option: AksOption,
  options: AksDeploymentOptions,
  purpose: Purpose,
): ConfigurationProblem | undefined {
  const value = options[option];
  if (!isGiven(value) || isAutoscaleDetail(option)) return undefined;
  const instead = purpose === 'update' ? NOT_IN_UPDATE[option] : undefined;
  if (instead !== undefined) return about(option, instead);
  const { missing } = AZURE_FIELDS[option];
  const asksForNothing = value === false || (typeof value === 'number' && value <= 0);
  return missing === undefined || asksForNothing ? undefined : about(option, `is not there ${missing}`);
}

function isAutoscaleDetail(option: AksOption): boolean {
  return option.startsWith('autoscale') && option !== 'autoscaleEnabled';
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
