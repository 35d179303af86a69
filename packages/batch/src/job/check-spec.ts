import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type BatchSpec, SlipwayError } from '@slipway/contract';

/** Throws `invalid_argument` with everything that a job lacks, a line each. */
export async function checkSpec(spec: BatchSpec): Promise<void> {
  const { script, models, input, output } = spec;
  const problems: string[] = [];
  if (script === null && models.length !== 1) {
    problems.push(`Name an entry script, or exactly one model; there are ${models.length}.`);
  }
  if (script !== null && !(await isFile(join(script.sourceDir, script.script)))) {
    problems.push(`The entry script ${join(script.sourceDir, script.script)} does not exist.`);
  }
  for (const { path } of models) {
    if (!(await exists(path))) problems.push(`The model ${path} does not exist.`);
  }
  if (!(await exists(input))) problems.push(`The input ${input} does not exist.`);
  if (`${input}/`.startsWith(`${output}/`)) {
    problems.push('The output folder must not be that of the input, or one above it.');
  }
  if (problems.length > 0)
    throw new SlipwayError('invalid_argument', problems.join('\n'), { details: { problems } });
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}
