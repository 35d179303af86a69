import { SlipwayError } from '@slipway/contract';

/** How much samples of each class count: all the same, each class as much as every other, or as said by name. */
export type ClassWeights = 'none' | 'balanced' | Readonly<Record<string, number>>;

/**
 * The weight of a sample of each class. `balanced`: samples / (classes * samples of the class). Classes without a
 * number of their own have 1.
 */
export function classWeightsOf(
  given: ClassWeights,
  names: readonly string[],
  counts: readonly number[],
): Float64Array {
  checkClassWeights(given, names);
  if (given === 'none') return new Float64Array(names.length).fill(1);
  if (given === 'balanced') {
    const samples = counts.reduce((sum, count) => sum + count, 0);
    return Float64Array.from(counts, (count) => samples / (names.length * count));
  }
  return Float64Array.from(names, (name) => (Object.hasOwn(given, name) ? (given[name] as number) : 1));
}

/** Throws `invalid_argument` for a class that is not there, or a number that is no weight. */
export function checkClassWeights(given: ClassWeights, names: readonly string[]): void {
  if (typeof given === 'string') return;
  for (const [name, weight] of Object.entries(given)) {
    if (!names.includes(name)) {
      const there = names.map((each) => JSON.stringify(each)).join(', ');
      throw wrong(`there is no class "${name}"; there are ${there}`);
    }
    if (!(Number.isFinite(weight) && weight > 0)) {
      throw wrong(`the weight of "${name}" is ${weight}, and must be a number above 0`);
    }
  }
}

function wrong(why: string): SlipwayError {
  return new SlipwayError('invalid_argument', `classWeights: ${why}.`, {
    details: { field: 'classWeights' },
  });
}
