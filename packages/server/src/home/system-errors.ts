import { SlipwayError, systemCode } from '@slipway/contract';

const FULL = new Set(['ENOSPC', 'EDQUOT']);
const FORBIDDEN = new Set(['EACCES', 'EPERM', 'EROFS']);

/** What could not be written to `path`, as an error that says what to do; anything else comes back unchanged. */
export function writeError(thrown: unknown, path: string): unknown {
  const code = systemCode(thrown);
  if (code === undefined) return thrown;
  if (FULL.has(code)) {
    return new SlipwayError('storage_full', `No space is left to write ${path}: free some and try again.`, {
      cause: thrown,
    });
  }
  if (FORBIDDEN.has(code)) {
    return new SlipwayError(
      'storage_full',
      `${path} cannot be written (${code}): choose a folder that you may write to with --home, or mend its permissions.`,
      { cause: thrown },
    );
  }
  return thrown;
}
