import { SlipwayError } from '@slipway/contract';

/** What is wrong with one field of a configuration in Azure's words. */
export interface ConfigurationProblem {
  /** Azure's name of the field, or its path in a file. */
  readonly field: string;
  /** Goes on after `Invalid configuration, `, without a full stop. */
  readonly message: string;
}

/** One error with a line for each problem, as Azure's SDK gathers them. */
export function configurationError(problems: readonly ConfigurationProblem[]): SlipwayError {
  const lines = problems.map(({ message }) => `Invalid configuration, ${message}.`);
  return new SlipwayError('invalid_argument', lines.join('\n'), {
    details: { field: problems[0]?.field ?? '', problems },
  });
}

/** Throws `invalid_argument` if there are problems. */
export function refuseConfiguration(problems: readonly ConfigurationProblem[]): void {
  if (problems.length > 0) throw configurationError(problems);
}
