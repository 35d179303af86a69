import { homeFolder } from '../local/home.ts';
import { createOutput, type Output } from '../output/output.ts';
import { createProgress, type Progress } from '../output/progress.ts';
import type { LocalOptions } from './define.ts';

/** What a command that works on this machine has in hand. */
export interface LocalContext {
  /** Absolute; need not exist. */
  readonly home: string;
  readonly output: Output;
  readonly progress: Progress;
}

/** Runs a command's work with what it needs in hand, and leaves the terminal tidy however it ends. */
export async function perform(
  options: LocalOptions,
  work: (context: LocalContext) => Promise<void>,
): Promise<void> {
  const progress = createProgress(process.stderr);
  const output = createOutput(options.json === true, (text) => {
    progress.clear();
    process.stdout.write(text);
  });
  try {
    await work({ home: homeFolder(options.home), output, progress });
  } finally {
    progress.clear();
  }
}
