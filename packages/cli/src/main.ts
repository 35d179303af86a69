import { describeFailure } from './command-line/errors.ts';
import { createProgram } from './program.ts';

process.exitCode = await main(process.argv.slice(2));

/** Runs the command that `args` call; its exit status. */
async function main(args: readonly string[]): Promise<number> {
  process.stdout.on('error', endWithReader);
  try {
    const program = await createProgram(args);
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (thrown) {
    const { exitCode, line } = describeFailure(thrown);
    if (line !== undefined) process.stderr.write(`${line}\n`);
    return exitCode;
  }
}

/** Whoever reads our output may stop when he has enough (`slipway model list | head`). */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
}
