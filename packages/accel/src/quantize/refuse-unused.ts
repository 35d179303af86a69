import { SlipwayError } from '@slipway/contract';
import type { QuantizeOptions } from './options.ts';

type Rule = readonly [
  field: keyof QuantizeOptions,
  isUsed: (options: QuantizeOptions) => boolean,
  where: string,
];

const isStatic = ({ method = 'static' }: QuantizeOptions) => method === 'static';

const RULES: readonly Rule[] = [
  ['percentile', ({ calibrator }) => calibrator === 'percentile', 'with the calibrator percentile alone'],
  ['calibrator', isStatic, 'by the method static alone'],
  ['target', isStatic, 'by the method static alone'],
  ['reduceRange', ({ method }) => method !== 'weight-only', 'by the methods static and dynamic alone'],
];

/** Throws `invalid_argument` for what would change nothing, which whoever says it does not know. */
export function refuseUnused(options: QuantizeOptions): void {
  const [field, , where] =
    RULES.find(([each, isUsed]) => options[each] !== undefined && !isUsed(options)) ?? [];
  const isAlways = options.perChannel === false && !isStatic(options);
  const unused = field ?? (isAlways ? 'perChannel' : undefined);
  if (unused === undefined) return;
  const said = `${unused}: it is looked at ${where ?? 'by the method static alone'}. Leave it out.`;
  throw new SlipwayError('invalid_argument', said, { details: { field: unused } });
}
