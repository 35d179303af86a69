/** Tags or properties that must all be there: a key alone, or a key with its value. */
export type Filters = readonly (string | readonly [key: string, value: string])[];

/** Filters as the API reads them: `key` or `key=value`. */
export function toQuery(filters: Filters | undefined): string[] | undefined {
  return filters?.map((filter) => (typeof filter === 'string' ? filter : filter.join('=')));
}
