import { SlipwayError } from '@slipway/contract';

/** What is wrong with one field of a request. */
export interface FieldProblem {
  /** Path with dots: `config.memoryGbLimit`, `models[0]`. */
  readonly field: string;
  /** Goes on after the field's name: `must be …`. */
  readonly message: string;
}

/** One error that names every field; `details.field` is the first, `details.problems` are all. */
export function fieldError(problems: readonly FieldProblem[]): SlipwayError {
  const sentences = problems.map(({ field, message }) => (field === '' ? message : `${field} ${message}`));
  return new SlipwayError('invalid_argument', `${sentences.join('; ')}.`, {
    details: { field: problems[0]?.field ?? '', problems },
  });
}

/** Throws `invalid_argument` with all problems, if there are any. */
export function refuseProblems(problems: readonly FieldProblem[]): void {
  if (problems.length > 0) throw fieldError(problems);
}
