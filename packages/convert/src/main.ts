import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { ConvertEvent, ConvertTask } from '@slipway/contract';
import { convert } from './convert.ts';
import { failureOf } from './failure.ts';
import { inspect } from './inspect/inspect.ts';

/**
 * Does the task that stands on the first line of standard input, and tells of it on standard output. The exit code is 0 if it
 * was done, else 1. It ends when whoever started it has gone.
 */
async function main(): Promise<number> {
  const lines = createInterface({ input: process.stdin });
  lines.once('close', () => process.exit(1));
  process.stdout.on('error', () => process.exit(1));
  const [line] = (await once(lines, 'line')) as [string];
  const end = await endOf(JSON.parse(line) as ConvertTask);
  await tell(end);
  return end.type === 'failed' ? 1 : 0;
}

async function endOf(task: ConvertTask): Promise<ConvertEvent> {
  try {
    if (task.task === 'inspect') return { type: 'inspected', inspection: await inspect(task) };
    return await convert(task, (note) => void tell({ type: 'note', level: 'info', ...note }));
  } catch (thrown) {
    const folder = task.task === 'convert' ? task.source : undefined;
    return { type: 'failed', error: failureOf(thrown, folder) };
  }
}

async function tell(event: ConvertEvent): Promise<void> {
  await new Promise<void>((resolve) => process.stdout.write(`${JSON.stringify(event)}\n`, () => resolve()));
}

process.exit(await main());
