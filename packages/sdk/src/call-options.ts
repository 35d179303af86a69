/** What every call takes. */
export interface CallOptions {
  /** Gives the call up; it then throws `cancelled`. */
  readonly signal?: AbortSignal | undefined;
}
