import { SlipwayError } from './errors.ts';

/** Characters of a name that a message shows: it is the caller's, and may be of any length. */
const MOST_CHARACTERS = 200;

/** Addresses of the Open Inference Protocol that name a model, and perhaps a version of it. */
const NAMES_MODEL = [
  /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(?:\/(?:infer|ready|config|stats))?$/,
  /^\/v2\/repository\/models\/([^/]+)\/(?:load|unload)$/,
];

/** Why a name may not be that of a model or version: it would be read as a path. `model..1` is a good name. */
export function checkOipName(name: string): SlipwayError | undefined {
  const isPath = name === '.' || name === '..' || /[/\\\0]/.test(name);
  if (!isPath) return undefined;
  const shown = name.slice(0, MOST_CHARACTERS);
  return invalid(`invalid model name '${shown}', model name must not contain path traversal characters`);
}

/** The name that a segment of an address stands for, URL-decoded once, if it names one thing and no path. */
export function decodeOipName(segment: string): string | SlipwayError {
  let name: string;
  try {
    name = decodeURIComponent(segment);
  } catch {
    const shown = segment.slice(0, MOST_CHARACTERS);
    return invalid(`'${shown}' in the address is not valid percent-encoding of UTF-8`);
  }
  return checkOipName(name) ?? name;
}

/** What is wrong with the first name that is no name in an address (without its query) of the Open Inference Protocol. */
export function wrongOipName(path: string): SlipwayError | undefined {
  const names = NAMES_MODEL.flatMap((pattern) => pattern.exec(path)?.slice(1) ?? []);
  return names
    .filter((name) => name !== undefined)
    .map(decodeOipName)
    .find((read) => read instanceof SlipwayError);
}

function invalid(message: string): SlipwayError {
  return new SlipwayError('invalid_argument', message);
}
