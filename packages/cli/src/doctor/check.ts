/** What a check found: good, worth knowing, or in the way. */
export interface Finding {
  readonly check: string;
  readonly result: 'ok' | 'warning' | 'failed';
  /** What was found and, unless all is good, what to do. */
  readonly message: string;
}

export function finding(check: string, result: Finding['result'], message: string): Finding {
  return { check, result, message };
}
