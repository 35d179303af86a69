import { SlipwayError } from '@slipway/contract';
import type { ModelVersions, VersionPolicy } from '@slipway/sdk';

/** The options that say which versions of models are served. */
export interface VersionFlags {
  readonly versions?: readonly string[] | undefined;
  readonly label?: readonly string[] | undefined;
}

/**
 * The models of `--model` with what `--versions` and `--label` say of them. Without a model before it, `--versions` is
 * meant for every model without a version, and `--label` for the only model. Throws `invalid_argument`.
 */
export function modelChoices(models: readonly string[], flags: VersionFlags): (string | ModelVersions)[] {
  const policies = (flags.versions ?? []).map((text) => readVersions(text, models));
  const labels = (flags.label ?? []).map((text) => readLabel(text, models));
  return models.map((model) => {
    const isPinned = /:[0-9]+$/.test(model);
    const policy = policies.find((one) => one.model === model || (one.model === undefined && !isPinned));
    const own = labels.filter((one) => one.model === model);
    if (policy === undefined && own.length === 0) return model;
    return {
      model,
      ...(policy !== undefined && { versionPolicy: policy.policy }),
      ...(own.length > 0 && {
        labels: Object.fromEntries(own.map(({ label, version }) => [label, version])),
      }),
    };
  });
}

/** `latest:2`, `all` or `1,3`, with or without `MODEL=` before it. */
function readVersions(text: string, models: readonly string[]): { model?: string; policy: VersionPolicy } {
  const [, name, rest = ''] = /^(?:(.+)=)?([^=]+)$/.exec(text) ?? [];
  const policy = readPolicy(rest);
  if (policy === undefined) {
    throw new SlipwayError(
      'invalid_argument',
      `--versions ${text}: say latest:N, all, or version numbers such as 1,3, with MODEL= before it for one model.`,
      { details: { field: 'versions' } },
    );
  }
  return name === undefined ? { policy } : { model: modelNamed(name, models, `--versions ${text}`), policy };
}

function readPolicy(text: string): VersionPolicy | undefined {
  if (text === 'all') return { all: true };
  const [, latest] = /^latest:([1-9][0-9]*)$/.exec(text) ?? [];
  if (latest !== undefined) return { latest: Number(latest) };
  return /^[1-9][0-9]*(,[1-9][0-9]*)*$/.test(text) ? { specific: text.split(',').map(Number) } : undefined;
}

/** `canary=4`, or `digits:canary=4`. */
function readLabel(text: string, models: readonly string[]) {
  const [, name, label, version] = /^(?:(.+):)?([^:=]+)=([1-9][0-9]*)$/.exec(text) ?? [];
  if (label === undefined || (name === undefined && models.length > 1)) {
    throw new SlipwayError(
      'invalid_argument',
      `--label ${text}: say LABEL=VERSION, such as canary=4, and with several models MODEL:LABEL=VERSION.`,
      { details: { field: 'label' } },
    );
  }
  const model = name === undefined ? models[0] : modelNamed(name, models, `--label ${text}`);
  return { model, label, version: Number(version) };
}

function modelNamed(name: string, models: readonly string[], where: string): string {
  const found = models.find((model) => model === name || model.replace(/:[0-9]+$/, '') === name);
  if (found !== undefined) return found;
  throw new SlipwayError(
    'invalid_argument',
    `${where}: "${name}" is none of the models given with --model.`,
    {
      details: { models },
    },
  );
}
