import { SlipwayError } from '@slipway/contract';

/** Primary result codes of SQLite that mean: this place takes no more bytes. https://sqlite.org/rescode.html */
const READONLY = 8;
const IO_ERROR = 10;
const FULL = 13;
const CANNOT_OPEN = 14;

/** What SQLite threw, as the error that Slipway says; anything else comes back as it is. */
export function storageError(thrown: unknown, file: string): unknown {
  const sentence = sentenceFor(primaryCode(thrown), file);
  if (sentence === undefined) return thrown;
  return new SlipwayError('storage_full', sentence, { details: { path: file }, cause: thrown });
}

function primaryCode(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('errcode' in thrown) || typeof thrown.errcode !== 'number')
    return undefined;
  return thrown.errcode & 0xff;
}

function sentenceFor(code: number | undefined, file: string): string | undefined {
  switch (code) {
    case FULL:
      return `The disk that holds ${file} is full; the change was not made. Free some space and repeat it.`;
    case IO_ERROR:
      return `${file} could not be written or read; the change was not made. Check the disk and its free space, and repeat it.`;
    case READONLY:
      return `${file} cannot be written. Make the file and its folder writable for this user.`;
    case CANNOT_OPEN:
      return `${file} cannot be opened or made. Check that its folder exists and is writable for this user.`;
    default:
      return undefined;
  }
}
