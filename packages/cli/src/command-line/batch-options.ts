import { SlipwayError } from '@slipway/contract';
import type { BatchRunOptions } from '@slipway/sdk';
import type { ApiOptions } from './define.ts';
import { readDocument } from './read-document.ts';

/** What the options of `slipway batch run` say, as they were written. */
export interface BatchFlags extends ApiOptions {
  readonly config?: string | undefined;
  /** Options of the job, by their names. */
  readonly [option: string]: unknown;
}

/** Names of Azure's, and of options, that are called otherwise in the SDK. */
const SDK_NAMES: Readonly<Record<string, string>> = {
  processCountPerNode: 'processCount',
  sourceDir: 'sourceDirectory',
  model: 'models',
  python: 'interpreter',
  accelerator: 'executionProviders',
};

/**
 * What file and options say, the options first. Names may have underscores, as Azure's have; the job checks the values of its
 * settings. Throws `not_found` and `invalid_argument`.
 */
export async function batchOptions(flags: BatchFlags): Promise<BatchRunOptions> {
  const { config, url: _url, workspace: _workspace, json: _json, ...said } = flags;
  const file = config === undefined ? {} : named(await readDocument('batch configuration', config));
  const options = { ...file, ...named(said) };
  const { input, output, models } = options;
  if (typeof input !== 'string') throw missing('input', 'what to score, a file or a folder');
  if (typeof output !== 'string') throw missing('output', 'a folder of the job’s own');
  const all = typeof models === 'string' ? [models] : models;
  // Its process checks the rest, and says everything that is wrong at once.
  return { ...options, input, output, ...(all !== undefined && { models: all }) } as BatchRunOptions;
}

function named(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([key, value]) => {
        const camel = key.replaceAll(/[_-]([a-z])/g, (_, letter: string) => letter.toUpperCase());
        return [SDK_NAMES[camel] ?? camel, value];
      }),
  );
}

function missing(option: string, what: string): SlipwayError {
  return new SlipwayError('invalid_argument', `Say ${what}: --${option}.`, { details: { field: option } });
}
