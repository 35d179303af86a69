import {
  type BatchAccelerator,
  DEFAULT_PROVIDERS,
  engineFolder,
  PROVIDER_PATTERN,
  SlipwayError,
} from '@slipway/contract';
import type { BatchRunOptions } from './batch.ts';
import { homeFolder } from './connection.ts';

const PROVIDER = new RegExp(PROVIDER_PATTERN);

/** What runs the model of a job that has no script; `null`: the CPU. Throws `invalid_argument`. */
export function batchAccelerator(options: BatchRunOptions): BatchAccelerator | null {
  const { entryScript, executionProviders, cpuFallback, home } = options;
  for (const [field, value] of Object.entries({ executionProviders, cpuFallback })) {
    if (entryScript === undefined || value === undefined) continue;
    throw refused(
      field,
      `${field} is for a model alone: leave it out, a script says itself what runs its models.`,
    );
  }
  const providers = executionProviders ?? DEFAULT_PROVIDERS;
  const areNames = Array.isArray(providers) && providers.every((name) => PROVIDER.test(String(name)));
  if (!areNames || providers.length === 0 || new Set(providers).size < providers.length) {
    throw refused(
      'executionProviders',
      `executionProviders must be a list of names such as ["cuda"], each once, but is ${JSON.stringify(providers)}.`,
    );
  }
  if (cpuFallback !== undefined && typeof cpuFallback !== 'boolean') {
    throw refused('cpuFallback', `cpuFallback must be true or false, but is ${JSON.stringify(cpuFallback)}.`);
  }
  if (providers.every((name) => name === 'cpu')) return null;
  return {
    providers,
    cpuFallback: cpuFallback ?? true,
    engineDir: engineFolder(homeFolder(home), providers),
  };
}

function refused(field: string, message: string): SlipwayError {
  return new SlipwayError('invalid_argument', message, { details: { field } });
}
