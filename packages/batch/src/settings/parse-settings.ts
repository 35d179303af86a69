import { type BatchFormat, SlipwayError } from '@slipway/contract';
import { parseMiniBatchSize } from './parse-size.ts';
import { type BatchSettings, DEFAULT_SETTINGS } from './settings.ts';

type Name = keyof BatchSettings;

/** What a field may hold, in words, and how it is read; `undefined` if it is something else. */
interface Field<N extends Name> {
  readonly rule: string;
  readonly read: (value: unknown) => BatchSettings[N] | undefined;
}

const LEVELS = ['WARNING', 'INFO', 'DEBUG'] as const;

const MAX_PROCESSES = 256;
const MAX_TIMEOUT_SECONDS = 2_147_483;
const MAX_TRIES = 100;

const FIELDS: { readonly [N in Name]: Field<N> } = {
  inputFormat: oneOf<BatchFormat>(['files', 'jsonl', 'csv', 'parquet']),
  miniBatchSize: {
    rule: 'must be a number of files such as 10, or bytes of rows such as 1024, 1KB or 10MB, at most 256MB',
    read: parseMiniBatchSize,
  },
  errorThreshold: whole(-1, 2_147_483_647),
  outputAction: oneOf<BatchSettings['outputAction']>(['append_row', 'summary_only']),
  appendRowFileName: {
    rule: 'must be the name of a file, without a folder, of up to 200 characters, and none of the job’s own files',
    read: (value) => (typeof value === 'string' && isFileName(value) ? value : undefined),
  },
  processCount: whole(1, MAX_PROCESSES),
  loggingLevel: {
    rule: 'must be one of WARNING, INFO, DEBUG',
    read: (value) => LEVELS.find((level) => level === String(value).toUpperCase()),
  },
  runInvocationTimeout: whole(1, MAX_TIMEOUT_SECONDS, 'seconds'),
  runMaxTry: whole(1, MAX_TRIES),
};

/** Azure's names that are not ours with underscores. */
const AZURE_NAMES: Readonly<Record<string, Name>> = { processCountPerNode: 'processCount' };

/** Azure's options that have no meaning on one machine: why, unless they say what is the case anyway. */
const WITHOUT_MEANING: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  nodeCount: (value) =>
    value === 1 ? undefined : 'a job runs on this machine alone: leave it out, or say 1',
  computeTarget: (value) =>
    value === 'local' ? undefined : 'a job runs on this machine alone: leave it out, or say "local"',
};

/**
 * Settings as a user wrote them, under our names or those of Azure's ParallelRunConfig (`mini_batch_size`), complete. Throws
 * `invalid_argument` with every problem, a line each.
 */
export function parseSettings(given: Readonly<Record<string, unknown>>): BatchSettings {
  const problems: string[] = [];
  const settings: Record<string, unknown> = { ...DEFAULT_SETTINGS };
  const seen = new Map<Name, string>();
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === null) continue;
    const camel = key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const pointless = WITHOUT_MEANING[camel];
    if (pointless !== undefined) {
      const reason = pointless(value);
      if (reason !== undefined) problems.push(`${key}: ${reason}.`);
      continue;
    }
    const name = AZURE_NAMES[camel] ?? camel;
    if (!isName(name)) {
      problems.push(`${key} is no setting of a batch job; there are ${Object.keys(FIELDS).join(', ')}.`);
      continue;
    }
    const before = seen.get(name);
    if (before !== undefined) problems.push(`${key} says again what ${before} says: leave one of them out.`);
    seen.set(name, key);
    const read = FIELDS[name].read(value);
    if (read === undefined) problems.push(`${key} ${FIELDS[name].rule}, but is ${JSON.stringify(value)}.`);
    else settings[name] = read;
  }
  if (problems.length === 0) return Object.freeze(settings) as unknown as BatchSettings;
  throw new SlipwayError('invalid_argument', problems.join('\n'), { details: { problems } });
}

function isName(name: string): name is Name {
  return Object.hasOwn(FIELDS, name);
}

function oneOf<T extends string>(values: readonly T[]) {
  return {
    rule: `must be one of ${values.join(', ')}`,
    read: (value: unknown): T | undefined => values.find((one) => one === value),
  };
}

function whole(least: number, most: number, unit = '') {
  return {
    rule: `must be a whole number${unit && ` of ${unit}`} from ${least} to ${most}`,
    read: (value: unknown): number | undefined => {
      const number = typeof value === 'string' && /^-?[0-9]+$/.test(value) ? Number(value) : value;
      const isInside = typeof number === 'number' && Number.isInteger(number);
      return isInside && number >= least && number <= most ? number : undefined;
    },
  };
}

/** Names of the job's own files and folders, which results must not replace. */
const OWN_NAMES = /^(?:job\.json|journal\.log|summary\.json|failures\.jsonl|lock\.sqlite.*|logs|work)$/i;

function isFileName(text: string): boolean {
  return /^[^/\\\0]{1,200}$/.test(text) && !/^\.{1,2}$/.test(text) && !OWN_NAMES.test(text);
}
