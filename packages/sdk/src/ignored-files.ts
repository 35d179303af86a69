import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SlipwayError, unlessMissing } from '@slipway/contract';
import ignore from 'ignore';

/** Files that say which others are no sources, as Azure's tools look for them: the first that is there counts alone. */
const IGNORE_FILES = ['.amlignore', '.gitignore'];

/** True for the path of a file, relative to its folder and with `/`, that is left out. */
export type IsIgnored = (path: string) => boolean;

/**
 * What the `.amlignore` of a folder leaves out, or if it has none its `.gitignore`, in the language of git; those of folders below
 * are not read. Throws `not_found` if there is neither, and `invalid_argument` if the script itself is left out.
 */
export async function ignoredIn(folder: string, entryScript: string): Promise<IsIgnored> {
  for (const name of IGNORE_FILES) {
    const text = await unlessMissing(readFile(join(folder, name), 'utf8'));
    if (text === undefined) continue;
    const rules = ignore({ ignorecase: false }).add(text);
    if (rules.ignores(entryScript)) throw scriptIgnored(join(folder, name), entryScript);
    return (path) => rules.ignores(path);
  }
  throw new SlipwayError(
    'not_found',
    `There is neither ${IGNORE_FILES.join(' nor ')} in ${folder}: write one, or leave out useIgnoreFile, and all files are sent.`,
    { details: { field: 'useIgnoreFile' } },
  );
}

function scriptIgnored(file: string, entryScript: string): SlipwayError {
  return new SlipwayError(
    'invalid_argument',
    `${file} leaves out the entry script ${entryScript} itself: add the line "!${entryScript}" to it.`,
    { details: { field: 'useIgnoreFile' } },
  );
}
