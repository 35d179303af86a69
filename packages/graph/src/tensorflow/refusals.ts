import { GraphError } from '../graph-error.ts';

/** How many names a message lists. */
const LISTED = 10;

/** The bytes of a file are not what its format promises. `offset` is in bytes from the file's start. */
export function damaged(file: string, offset: number, what: string, cause?: unknown): GraphError {
  return new GraphError(
    'invalid_file',
    `${file}: ${what} (at byte ${offset}). The file is damaged or was not copied whole: copy it again, or save the model again.`,
    { cause },
  );
}

/** A model could be read and breaks a rule of its format. */
export function brokenModel(file: string, what: string): GraphError {
  return new GraphError('invalid_graph', `${file}: ${what} Save the model again with TensorFlow.`);
}

/** A form that is not read here. `instead` is a sentence with the way round. */
export function notRead(file: string, what: string, instead: string): GraphError {
  return new GraphError('unsupported', `${file}: ${what} ${instead}`);
}

/** A call named something that is not there. */
export function notThere(what: string): GraphError {
  return new GraphError('invalid_argument', what);
}

/** Names in quotation marks, as many as one reads. */
export function listed(names: readonly string[]): string {
  const first = names.slice(0, LISTED).map(quoted).join(', ');
  return names.length > LISTED ? `${first} and ${names.length - LISTED} more` : first;
}

/** A name from a file in quotation marks, cut where it would fill the screen. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}…` : name);
}
