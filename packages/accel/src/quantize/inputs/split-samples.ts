import { SlipwayError } from '@slipway/contract';
import type { QuantizeOptions } from '../options.ts';
import { allOf, type Samples, selectSamples } from '../samples.ts';

/** Which samples choose scales, and which the result is compared on. */
export interface SplitSamples {
  readonly calibration: Samples | undefined;
  readonly evaluation: Samples | undefined;
  /** How it is known that no sample does both. */
  readonly apart: string | null;
}

/** One sample of so many is kept for the comparison, where there are none of its own. */
const EVALUATED_OF = 4;

/** Keeps the samples of both kinds apart. Throws `invalid_argument` for samples that are missing or not needed. */
export function splitSamples({
  method = 'static',
  calibration,
  evaluation,
  agreement,
}: Pick<QuantizeOptions, 'method' | 'calibration' | 'evaluation' | 'agreement'>): SplitSamples {
  if (method !== 'static' && calibration !== undefined) {
    throw wrong('calibration', `the method ${method} chooses no scales by samples. Give them as evaluation.`);
  }
  if (method === 'static' && (calibration === undefined || calibration.count === 0)) {
    throw wrong('calibration', 'the method static chooses scales by samples, and there are none. Give some.');
  }
  if (evaluation?.count === 0) throw wrong('evaluation', 'there are no samples. Give some.');
  const split = withEvaluation(calibration, evaluation);
  if (agreement === undefined || split.evaluation !== undefined) return split;
  const instead = calibration === undefined ? 'evaluation samples' : 'more samples than one';
  throw wrong('agreement', `nothing is left to measure an agreement of ${agreement} with. Give ${instead}.`);
}

function withEvaluation(calibration: Samples | undefined, evaluation: Samples | undefined): SplitSamples {
  if (calibration === undefined) return { calibration, evaluation, apart: null };
  if (evaluation !== undefined) return { calibration, evaluation, apart: 'they are samples of their own' };
  if (calibration.count === 1) return { calibration, evaluation: undefined, apart: null };
  const isEvaluated = (index: number) =>
    calibration.count < EVALUATED_OF
      ? index === calibration.count - 1
      : index % EVALUATED_OF === EVALUATED_OF - 1;
  const every = allOf(calibration);
  const { description } = calibration;
  return {
    calibration: selectSamples(
      calibration,
      every.filter((index) => !isEvaluated(index)),
      description,
    ),
    evaluation: selectSamples(calibration, every.filter(isEvaluated), description),
    apart:
      calibration.count < EVALUATED_OF
        ? 'the last sample is kept from calibration'
        : `every ${EVALUATED_OF}th sample is kept from calibration`,
  };
}

function wrong(field: string, problem: string): SlipwayError {
  return new SlipwayError('invalid_argument', `${field}: ${problem}`, { details: { field } });
}
