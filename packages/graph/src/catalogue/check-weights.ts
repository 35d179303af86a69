import { listed, quoted } from '../tensorflow/refusals.ts';
import type { Network } from './network.ts';
import type { WeightSpec } from './sketch.ts';

/** What is wrong with weights, and of which; all of one kind are told in one sentence. */
export interface WeightProblem {
  readonly kind: 'missing' | 'extra' | 'misshapen' | 'otherType';
  readonly weight: string;
}

/** Weights that are missing, that the network has no place for, or whose shape is another one. */
export function weightProblems(
  specs: readonly WeightSpec[],
  tensors: ReadonlyMap<string, { readonly dims: readonly number[] }>,
): readonly WeightProblem[] {
  const wanted = new Set(specs.map(({ name }) => name));
  const extra = [...tensors.keys()].filter((name) => !wanted.has(name));
  return [
    ...specs.flatMap(({ name, dims }) => {
      const found = tensors.get(name);
      if (found === undefined) return [{ kind: 'missing', weight: name } as const];
      return String(found.dims) === String(dims) ? [] : [misshapen(name, found.dims, dims)];
    }),
    ...extra.map((weight) => ({ kind: 'extra', weight }) as const),
  ];
}

export function misshapen(name: string, found: readonly number[], dims: readonly number[]): WeightProblem {
  return { kind: 'misshapen', weight: `${name} is [${found.join(', ')}] instead of [${dims.join(', ')}]` };
}

/** All of them, as sentences, the last of which says what to do. */
export function describedProblems(
  { scope }: Network,
  problems: readonly WeightProblem[],
  advice = 'Take the weights of this network.',
): string {
  const of = (kind: WeightProblem['kind']): readonly string[] =>
    problems.filter((problem) => problem.kind === kind).map(({ weight }) => weight);
  const sentences = (
    [
      ['missing', 'are missing'],
      ['extra', 'have no place in it'],
      ['misshapen', 'have another shape'],
      ['otherType', 'are no float32'],
    ] as const
  ).flatMap(([kind, what]) => {
    const names = of(kind);
    return names.length === 0 ? [] : [`${names.length} ${what}: ${listed(names)}.`];
  });
  return `The weights are not those of ${quoted(scope)}. ${sentences.join(' ')} ${advice}`;
}
