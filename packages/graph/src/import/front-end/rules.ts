import type { Abstract } from './abstract.ts';
import { DECODERS } from './decoders.ts';
import { LIST_RULES, STRING_RULES } from './list-rules.ts';
import { NUMBER_RULES } from './number-rules.ts';
import { PICTURE_RULES } from './picture-rules.ts';
import { notSaid, type Rule } from './step.ts';

/** What the op does to inputs of these kinds. Throws `NotConverted` where no declaration can say it. */
export function ruleFor(op: string, inputs: readonly Abstract[]): Rule {
  const kinds = new Set(inputs.map(({ kind }) => kind));
  const rule = LIST_RULES.get(op) ?? DECODERS.get(op) ?? rulesOf(kinds, op).get(op);
  if (rule !== undefined) return rule;
  throw notSaid(
    kinds.has('picture')
      ? 'No declaration says it of images.'
      : 'It is not followed when images are looked for.',
  );
}

function rulesOf(kinds: ReadonlySet<Abstract['kind']>, op: string): ReadonlyMap<string, Rule> {
  // The shape of whatever it is has the same rule.
  if (op === 'Shape') return NUMBER_RULES;
  if (kinds.has('picture')) return PICTURE_RULES;
  return kinds.has('strings') ? STRING_RULES : NUMBER_RULES;
}
