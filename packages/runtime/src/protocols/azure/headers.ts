import type { ResponseHeaders } from '../headers.ts';

/** Says whether the model failed; and if it ran, for how long. */
export function runHeaders(failed: boolean, runMs?: number): ResponseHeaders {
  const outcome = failed ? 'True' : 'False';
  if (runMs === undefined) return { 'x-ms-run-function-failed': outcome };
  return { 'x-ms-run-function-failed': outcome, 'x-ms-run-fn-exec-ms': runMs.toFixed(3) };
}
