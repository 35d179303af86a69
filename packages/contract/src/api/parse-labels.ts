import { SlipwayError } from '../errors.ts';

/**
 * The lines of a file of labels, in UTF-8, the one of class 0 first. An empty line is a class without a name; the end of
 * the last line may be left out. Throws `invalid_model`; `file` is the name in the message.
 */
export function parseLabels(bytes: Uint8Array, file: string): readonly string[] {
  const lines = decode(bytes, file).split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) throw unusable(file, 'it is empty');
  return Object.freeze(lines);
}

function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw unusable(file, 'it is no text in UTF-8', cause);
  }
}

function unusable(file: string, reason: string, cause?: unknown): SlipwayError {
  return new SlipwayError('invalid_model', `The labels in ${file} cannot be used: ${reason}.`, {
    details: { file },
    cause,
  });
}
