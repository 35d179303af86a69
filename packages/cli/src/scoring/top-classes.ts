import { SlipwayError } from '@slipway/contract';
import { table } from '../output/table.ts';

/** A class and the score that it has. */
export interface ScoredClass {
  readonly index: number;
  readonly label: string | undefined;
  readonly score: number;
}

/** The `count` classes with the highest scores, for each row of scores on the last axis. */
export function topClasses(
  scores: unknown,
  count: number,
  labels: readonly string[] | undefined,
): readonly (readonly ScoredClass[])[] {
  return rowsOf(scores).map((row) => {
    const classes = row.map((score, index) => {
      return { index, label: labels?.[index] || undefined, score: Number(score) };
    });
    return classes.sort((one, other) => other.score - one.score).slice(0, count);
  });
}

function rowsOf(scores: unknown): readonly (readonly unknown[])[] {
  if (!Array.isArray(scores) || scores.length === 0) throw noScores();
  if (Array.isArray(scores[0])) return scores.flatMap(rowsOf);
  if (scores.some((score) => typeof score !== 'number' && typeof score !== 'bigint')) throw noScores();
  return [scores];
}

function noScores(): SlipwayError {
  return new SlipwayError('invalid_argument', '--top needs an output of numbers with at least one axis.', {
    details: { field: 'top' },
  });
}

/** A table for each row. */
export function classTables(rows: readonly (readonly ScoredClass[])[]): string {
  return rows
    .map((row) => {
      const hasLabels = row.some(({ label }) => label !== undefined);
      return table(
        row,
        {
          class: ({ index }) => String(index),
          ...(hasLabels && { label: ({ label = '-' }: ScoredClass) => label }),
          score: ({ score }) => score.toPrecision(6),
        },
        'There are no classes.',
      );
    })
    .join('\n\n');
}
