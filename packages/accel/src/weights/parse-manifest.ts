import { SlipwayError } from '@slipway/contract';
import { CATALOGUE, type CatalogueName, type LayoutName } from '@slipway/graph/catalogue';
import type { WeightsEntry } from './manifest.ts';

const LAYOUTS = Object.keys({
  slim: null,
  keras: null,
  torchvision: null,
  timm: null,
} satisfies Record<LayoutName, null>);
/** The networks that there are. */
export const CATALOGUE_NAMES = Object.keys(CATALOGUE) as readonly CatalogueName[];

const DIGEST = { sha256: /^[0-9a-f]{64}$/, md5: /^[0-9a-f]{32}$/ } as const;
/** A folder is named by it. */
const VERSION = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** What a field must be, and whether a value is. */
type Rule = readonly [field: string, must: string, holds: (value: unknown) => boolean];

const RULES: readonly Rule[] = [
  ['network', `one of ${CATALOGUE_NAMES.join(', ')}`, isCatalogueName],
  ['version', 'letters, digits, dots and hyphens', (value) => isText(value) && VERSION.test(value)],
  ['quantized', 'true or false, or left out', (value) => value === undefined || typeof value === 'boolean'],
  ['url', 'an http or https URL', isUrl],
  ['bytes', 'a whole number, or left out', (value) => value === undefined || isCount(value)],
  ['checksum.algorithm', 'sha256 or md5', (value) => value === 'sha256' || value === 'md5'],
  ['checksumSource', 'a sentence or a URL that says who gives the checksum', isText],
  ['licence.id', 'the SPDX id of the licence, or its name', isText],
  ['licence.url', 'an http or https URL', isUrl],
  ['layout', `one of ${LAYOUTS.join(', ')}`, (value) => LAYOUTS.some((layout) => layout === value)],
];

/**
 * The entries of a manifest: a JSON document `{"weights": [{network, version, url, checksum: {algorithm, digest}, …}]}`.
 * Throws `invalid_argument` with all fields at once that are not as they must be.
 */
export function parseManifest(document: unknown, file: string): readonly WeightsEntry[] {
  const entries = isFields(document) ? document['weights'] : undefined;
  if (!Array.isArray(entries)) throw invalid(file, ['weights: it must be a list of entries']);
  const problems = entries.flatMap((entry, index) =>
    problemsOf(entry).map((problem) => `weights[${index}].${problem}`),
  );
  if (problems.length === 0) problems.push(...doubled(entries as readonly WeightsEntry[]));
  if (problems.length > 0) throw invalid(file, problems);
  return entries as readonly WeightsEntry[];
}

function problemsOf(entry: unknown): readonly string[] {
  const problems = RULES.filter(([field, , holds]) => !holds(at(entry, field))).map(
    ([field, must]) => `${field}: it must be ${must}`,
  );
  const algorithm = at(entry, 'checksum.algorithm');
  const digest = at(entry, 'checksum.digest');
  if (algorithm !== 'sha256' && algorithm !== 'md5') return problems;
  if (isText(digest) && DIGEST[algorithm].test(digest)) return problems;
  return [...problems, `checksum.digest: it must be the ${algorithm} in hexadecimal, in small letters`];
}

/** Two entries in one folder would be taken for each other. */
function doubled(entries: readonly WeightsEntry[]): readonly string[] {
  const names = entries.map(({ network, version }) => `${network} ${version}`);
  return names
    .map((name, index) => (names.indexOf(name) < index ? `weights[${index}]: ${name} is there twice` : ''))
    .filter((problem) => problem !== '');
}

function at(entry: unknown, field: string): unknown {
  return field.split('.').reduce<unknown>((value, key) => (isFields(value) ? value[key] : undefined), entry);
}

function invalid(file: string, problems: readonly string[]): SlipwayError {
  const message = `${file} is no manifest of weights: ${problems.join('; ')}.`;
  return new SlipwayError('invalid_argument', message, { details: { file, problems } });
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function isUrl(value: unknown): boolean {
  return isText(value) && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

/** Whether a text names a network of the catalogue. */
export function isCatalogueName(value: unknown): value is CatalogueName {
  return isText(value) && Object.hasOwn(CATALOGUE, value);
}
