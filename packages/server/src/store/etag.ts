/**
 * The etag of the `write`th writing of the value with this sequence. A sequence is never given twice in a
 * collection, so neither is an etag, even when a value is removed and made again under the same id.
 */
export function etagOf(sequence: number, write: number): string {
  return `${sequence}.${write}`;
}
