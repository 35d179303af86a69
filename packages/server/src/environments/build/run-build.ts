import { join } from 'node:path';
import { buildConda } from './build-conda.ts';
import { beginAttempt, dropAttempt, type FinishedBuild, markFinished } from './build-folder.ts';
import { buildNpm } from './build-npm.ts';
import { buildPip, lookAtInterpreter } from './build-python.ts';
import type { BuiltParts, Workplace } from './builder.ts';
import { makeDurable, sizeOf } from './make-durable.ts';
import type { BuildPlan } from './plan-build.ts';

/**
 * Builds what is planned below `parent`, and marks it as finished when all of it is on disk. What stops in between, however,
 * leaves nothing that is found.
 */
export async function runBuild(
  plan: BuildPlan,
  parent: string,
  telling: Pick<Workplace, 'signal' | 'tell' | 'tellLine'>,
): Promise<FinishedBuild> {
  const attempt = await beginAttempt(join(parent, plan.hash));
  try {
    const parts = await build(plan, { ...telling, folder: attempt });
    telling.tell('Writes everything to disk.', 90);
    await makeDurable(attempt, telling.signal);
    const finished: FinishedBuild = {
      kind: 'EnvironmentBuild',
      hash: plan.hash,
      tool: plan.tool.name,
      ...parts,
      size: await sizeOf(attempt),
      builtAt: new Date().toISOString(),
    };
    telling.signal.throwIfAborted();
    await markFinished(attempt, finished);
    return finished;
  } catch (thrown) {
    await dropAttempt(attempt);
    throw thrown;
  }
}

async function build({ parsed, tool }: BuildPlan, work: Workplace): Promise<BuiltParts> {
  switch (parsed.kind) {
    case 'pip':
      return await buildPip(parsed, tool, work);
    case 'conda':
      return await buildConda(parsed, tool, work);
    case 'npm':
      return await buildNpm(parsed, tool, work);
    case 'interpreter':
      return await lookAtInterpreter(parsed, work);
  }
}
