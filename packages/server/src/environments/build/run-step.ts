import { runTool, type ToolRun } from '../machine/run-tool.ts';
import type { Workplace } from './builder.ts';
import { explainFailure } from './explain-failure.ts';

/** Runs one program of a build in its folder. Throws what its failure means; `what` says what was built with, such as `Python 3.11.7`. */
export async function runStep(
  { folder, signal, tellLine }: Workplace,
  step: Pick<ToolRun, 'command' | 'args'>,
  what: string,
): Promise<void> {
  const end = await runTool({ ...step, cwd: folder, signal, onLine: tellLine });
  if (end.code !== 0) throw explainFailure([step.command, ...step.args].join(' '), end, what);
}
