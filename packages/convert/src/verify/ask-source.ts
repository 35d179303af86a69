import type { Answers } from './judge.ts';
import { openSession } from './open-session.ts';
import type { Trial } from './try-model.ts';

/** Has the model of which a result was made answer to the inputs of its trials: what came in between is to change nothing. */
export async function askSource(file: string, trials: readonly Trial[]): Promise<Answers> {
  await using source = await openSession(file);
  const references = [];
  for (const { runs } of trials) {
    const [first, second] = runs;
    references.push([await source.session.run(first.feeds), await source.session.run(second.feeds)] as const);
  }
  return { whose: 'its source', references };
}
