import { join } from 'node:path';
import { whileLocked } from '@slipway/accel/downloads';
import { enginesFolder, SlipwayError } from '@slipway/contract';

/** Runs `work` while nobody else installs engines in this home. Throws `conflict` if somebody does. */
export async function whileInstalling<T>(home: string, work: () => Promise<T>): Promise<T> {
  return await whileLocked(
    join(enginesFolder(home), '.lock.sqlite'),
    (pid) =>
      new SlipwayError(
        'conflict',
        `${pid === undefined ? 'Another process' : `Process ${pid}`} is installing an engine in ${home}: wait for it.`,
      ),
    work,
  );
}
