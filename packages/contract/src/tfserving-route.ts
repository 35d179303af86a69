import { SlipwayError } from './errors.ts';

/** The version that a path names: by its number, by a label, or not at all, which means the latest. */
export type VersionChoice =
  | { readonly by: 'latest' }
  | { readonly by: 'number'; readonly version: bigint }
  | { readonly by: 'label'; readonly label: string };

/** What a request to TensorFlow Serving asks for, of which model. */
export interface TfservingRoute {
  readonly kind: 'predict' | 'classify' | 'regress' | 'status' | 'metadata';
  readonly model: string;
  readonly version: VersionChoice;
}

const OURS = /^\/v1\//i;
const POST = /^\/v1\/models\/([^/:]+)(?:\/versions\/(\d+)|\/labels\/([^/:]+))?:(classify|regress|predict)$/i;
const GET = /^\/v1\/models(?:\/([^/:]+))?(?:\/versions\/(\d+)|\/labels\/([^/:]+))?(\/metadata)?$/i;

/** Not `Buffer`: browsers load this file too. */
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

const LARGEST_VERSION = 2n ** 63n - 1n;

/** Longer digits are no int64, whatever they are. */
const MAX_VERSION_DIGITS = 20;

/** True for the paths that TensorFlow Serving does not answer with a bare 404. */
export function isTfservingPath(path: string): boolean {
  return OURS.test(path);
}

/**
 * Reads a method and a path for which `isTfservingPath` is true, without its query; `invalid_argument` with the stock
 * server's text if it is wrong.
 */
export function parseTfservingRoute(method: string, path: string): TfservingRoute | SlipwayError {
  const match = method === 'POST' ? POST.exec(path) : method === 'GET' ? GET.exec(path) : null;
  if (match === null) return malformed(`Malformed request: ${method} ${path}`);
  const [, model, digits, label, last] = match;
  const version = chooseVersion(digits, label);
  if (version instanceof SlipwayError) return version;
  if (model === undefined) return malformed('Missing model name in request.');
  return { kind: routeKind(method, last), model: unescapeUrl(model), version };
}

function chooseVersion(digits: string | undefined, label: string | undefined): VersionChoice | SlipwayError {
  if (label !== undefined) return { by: 'label', label: unescapeUrl(label) };
  if (digits === undefined) return { by: 'latest' };
  const significant = digits.replace(/^0+(?=\d)/, '');
  const version = significant.length > MAX_VERSION_DIGITS ? LARGEST_VERSION + 1n : BigInt(significant);
  if (version > LARGEST_VERSION) return malformed(`Failed to convert version: ${digits} to numeric.`);
  return { by: 'number', version };
}

function routeKind(method: string, last: string | undefined): TfservingRoute['kind'] {
  if (method === 'GET') return last === undefined ? 'status' : 'metadata';
  const verb = last?.toLowerCase();
  return verb === 'classify' || verb === 'regress' ? verb : 'predict';
}

/** Like curl's: what is no escape stays as it is, so that every name can be looked up and none is refused. */
function unescapeUrl(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    const bytes = Uint8Array.from(run.slice(1).split('%'), (hex) => Number.parseInt(hex, 16));
    return UTF8.decode(bytes);
  });
}

function malformed(text: string): SlipwayError {
  return new SlipwayError('invalid_argument', text);
}

/**
 * What the stock server says of a model, version or label that it does not serve: `not_found`, or
 * `invalid_argument` for a label. Status looks at no label.
 */
export function servableNotFound({ kind, model, version }: TfservingRoute): SlipwayError {
  if (kind === 'status') {
    const wanted = version.by === 'number' ? `version ${version.version}` : 'any versions';
    return new SlipwayError('not_found', `Could not find ${wanted} of model ${model}`);
  }
  if (version.by === 'label') {
    return new SlipwayError('invalid_argument', `Unrecognized servable version label: ${version.label}`);
  }
  const request = version.by === 'latest' ? `Latest(${model})` : `Specific(${model}, ${version.version})`;
  return new SlipwayError('not_found', `Servable not found for request: ${request}`);
}
