import { SlipwayError } from '@slipway/contract';
import {
  comparePythons,
  formatPython,
  OLDEST_PYTHON,
  type PythonWish,
  takesPython,
} from '../definition/python-wish.ts';
import type { FoundPython } from './find-pythons.ts';

/**
 * The Python for a wish: the newest that it takes; without a wish, the first that was found. Throws `not_found` with the
 * versions that are there, and `unsupported` if only older ones than the host of scripts needs are taken.
 */
export function choosePython(wish: PythonWish | null, found: readonly FoundPython[]): FoundPython {
  const able = found.filter(({ version }) => comparePythons(version, OLDEST_PYTHON) >= 0);
  if (wish === null) {
    const [first] = able;
    if (first !== undefined) return first;
    throw noPython(found);
  }
  const [newest] = able
    .filter(({ version }) => takesPython(wish, version))
    .toSorted((a, b) => comparePythons(b.version, a.version));
  if (newest !== undefined) return newest;
  if (able.length === 0) throw noPython(found);
  throw isTooOld(wish) ? tooOld(wish, able) : notThere(wish, able);
}

const NEWEST_MINOR = 99;

/** True if a wish takes no Python that the host of scripts runs on, wherever one might come from. */
function isTooOld(wish: PythonWish): boolean {
  const [major, oldest] = OLDEST_PYTHON;
  const patches = new Set([0, NEWEST_MINOR, ...wish.clauses.map(({ parts }) => parts[2] ?? 0)]);
  for (let minor = oldest; minor <= NEWEST_MINOR; minor += 1) {
    for (const patch of patches) if (takesPython(wish, [major, minor, patch])) return false;
  }
  return true;
}

function tooOld({ text }: PythonWish, able: readonly FoundPython[]): SlipwayError {
  return new SlipwayError(
    'unsupported',
    `Python "${text}" is asked for, but the host of entry scripts needs ${formatPython(OLDEST_PYTHON)} or later. ${whatIsThere(able)} Ask for one of these.`,
    { details: { python: text, available: versionsOf(able) } },
  );
}

function notThere({ text }: PythonWish, able: readonly FoundPython[]): SlipwayError {
  return new SlipwayError(
    'not_found',
    `Python "${text}" is asked for, but this machine does not have it. ${whatIsThere(able)} Ask for one of these (a minor version such as 3.11 takes any 3.11.x), or install the other where it is found: on the PATH of the server, with pyenv, or with "uv python install".`,
    { details: { python: text, available: versionsOf(able) } },
  );
}

function noPython(found: readonly FoundPython[]): SlipwayError {
  const old = found.length === 0 ? '' : ` (only ${versionsOf(found).join(', ')})`;
  return new SlipwayError(
    'not_found',
    `THERE IS NO PYTHON ${formatPython(OLDEST_PYTHON)} OR LATER ON THIS MACHINE${old}: environments for Python cannot be built. Install one where it is found: on the PATH of the server, with pyenv, or with "uv python install".`,
    { details: { available: versionsOf(found) } },
  );
}

function whatIsThere(able: readonly FoundPython[]): string {
  return `It has ${versionsOf(able).join(', ')}.`;
}

function versionsOf(pythons: readonly FoundPython[]): readonly string[] {
  const sorted = pythons.map(({ version }) => version).toSorted(comparePythons);
  return [...new Set(sorted.map(formatPython))];
}
