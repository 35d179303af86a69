import { SlipwayError } from '@slipway/contract';
import { childrenBytes, readVitals } from '../processes/process-table.ts';

/** At a gigabyte a second, which is what copying weights takes, no more than a tenth goes by unseen. */
const LOOK_EVERY_MS = 100;

export const MEMORY_HOW_TO = 'give the conversion more with memoryGb (--memory-gb), or close other programs.';

/** Looks at what a process and those that it started take, until it is stopped. `exceeded` is called once. */
export function watchMemory(
  pid: number | undefined,
  limitBytes: number,
  exceeded: (error: SlipwayError) => void,
): { stop(): void } {
  let looking = false;
  const timer = setInterval(async () => {
    if (looking || pid === undefined) return;
    looking = true;
    const own = (await readVitals(pid))?.residentBytes ?? 0;
    const bytes = own + (await childrenBytes(pid));
    looking = false;
    if (bytes <= limitBytes) return;
    clearInterval(timer);
    exceeded(outOfMemory(limitBytes, bytes));
  }, LOOK_EVERY_MS);
  return { stop: () => clearInterval(timer) };
}

/** The error of a conversion that would have taken more than its limit. */
export function outOfMemory(limitBytes: number, bytes?: number): SlipwayError {
  const took =
    bytes === undefined ? 'needed more memory than' : `took ${gigabytes(bytes)} GB of memory, more than`;
  return new SlipwayError(
    'unschedulable',
    `The conversion ${took} the ${gigabytes(limitBytes)} GB that it may take, and nothing came of it: ${MEMORY_HOW_TO}`,
    { details: { field: 'memoryGb', limitBytes, ...(bytes !== undefined && { bytes }) } },
  );
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toPrecision(3).replace(/\.?0+$/, '');
}
