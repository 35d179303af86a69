import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SlipwayError } from '@slipway/contract';
import { makeFolder } from '@slipway/oci';
import { killGroup } from '../environments/machine/run-tool.ts';
import { writeError } from '../home/system-errors.ts';
import { waitForEnd } from '../processes/owned-process.ts';
import { listProcesses } from '../processes/process-table.ts';
import { type ConversionRun, type Converted, runConversion } from './conversion-process.ts';

/** A killed process ends at once, unless it hangs in the kernel; then nobody can wait for it. */
const KILL_WAIT_MS = 5_000;

export interface ConversionsOptions {
  /** Folder of all work. */
  readonly folder: string;
  /** The JavaScript file of the process. */
  readonly main: string;
}

/** A conversion that is to be begun. */
export interface ConversionOrder extends Omit<ConversionRun, 'main' | 'job'> {
  /** Names its folder. */
  readonly id: string;
  readonly job: Omit<ConversionRun['job'], 'task' | 'work' | 'source'>;
  /** Writes the files of the source model into a folder that is not there yet. */
  readonly checkout: (folder: string) => Promise<void>;
  /** Takes over what was made. When it returns, or throws, the folder is removed. */
  readonly finish: (converted: Converted, folder: string) => Promise<void>;
}

/** The conversions of this machine. */
export interface Conversions {
  /** Waits for its turn, converts in a clean folder, hands over what was made, and leaves nothing behind. */
  run(order: ConversionOrder): Promise<void>;
}

/** Ends what an earlier server left running, removes its work, and takes conversions. */
export async function openConversions({ folder, main }: ConversionsOptions): Promise<Conversions> {
  await endLeftConversions(folder);
  let last: Promise<unknown> = Promise.resolve();

  return {
    // One at a time: each may take all cores, and gigabytes.
    async run(order) {
      const before = last;
      const turn = Promise.withResolvers<void>();
      last = before.then(() => turn.promise);
      try {
        await untilTurn(before, order);
        await convertTwice(order, folder, main);
      } finally {
        turn.resolve();
      }
    },
  };
}

async function untilTurn(before: Promise<unknown>, { signal, onNote }: ConversionOrder): Promise<void> {
  signal.throwIfAborted();
  const left = Promise.withResolvers<never>();
  const leave = () => left.reject(signal.reason);
  signal.addEventListener('abort', leave, { once: true });
  const waiting = setImmediate(() =>
    onNote({ type: 'note', level: 'info', message: 'Waits for another conversion to end.' }),
  );
  try {
    await Promise.race([before, left.promise]);
  } finally {
    clearImmediate(waiting);
    signal.removeEventListener('abort', leave);
  }
}

/** What killed a process from outside may be gone, such as a shortage of memory: it is begun again, once. */
async function convertTwice(order: ConversionOrder, parent: string, main: string): Promise<void> {
  try {
    await convert(order, parent, main);
  } catch (thrown) {
    if (!(thrown instanceof SlipwayError && thrown.details?.['signal'] === 'SIGKILL')) throw thrown;
    const message = 'The process of the conversion was killed from outside: it begins again.';
    order.onNote({ type: 'note', level: 'warn', message });
    await convert(order, parent, main);
  }
}

async function convert(order: ConversionOrder, parent: string, main: string): Promise<void> {
  const { id, job, checkout, finish, ...run } = order;
  const work = join(parent, id);
  const source = join(work, 'source');
  try {
    await emptyFolder(work);
    await checkout(source);
    const converted = await runConversion({ ...run, main, job: { task: 'convert', ...job, work, source } });
    await finish(converted, join(work, 'model'));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function emptyFolder(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (thrown) {
    throw writeError(thrown, folder);
  }
}

/** Every process of a conversion has its folder in its command line. */
async function endLeftConversions(folder: string): Promise<void> {
  await makeFolder(folder);
  const left = (await listProcesses()).filter(({ command }) =>
    command.some((word) => word.includes(`${folder}/`)),
  );
  for (const { pid } of left) killGroup(pid);
  for (const { pid, startTime } of left) await waitForEnd({ pid, startTime }, KILL_WAIT_MS);
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
}
