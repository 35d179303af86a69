import type { Device } from '@slipway/contract/api';

/** A GPU that the driver has named; its id is the UUID. */
export type FoundGpu = Omit<Device, 'service' | 'replica'>;

/** What `nvidia-smi --query-gpu` is asked for, in the order in which `parseNvidiaSmi` reads it. */
export const NVIDIA_SMI_FIELDS = 'index,uuid,name,memory.total,driver_version';

/**
 * The GPUs in the output of `nvidia-smi --query-gpu=… --format=csv,noheader,nounits`, in its order. Throws an error that
 * quotes the first line that is none. A GPU that is lost says so in place of its memory and driver, and is left to be told.
 */
export function parseNvidiaSmi(output: string): readonly FoundGpu[] {
  return output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map(parseLine);
}

function parseLine(line: string): FoundGpu {
  const [index = '', uuid = '', ...rest] = line.split(', ');
  // A name may hold commas; what follows it does not.
  const [memory = '', driver = ''] = rest.slice(-2);
  const name = rest.slice(0, -2).join(', ');
  if (!/^\d+$/.test(index) || !uuid.startsWith('GPU-') || name === '') {
    throw new Error(`it answered "${line.slice(0, 200)}" instead of ${NVIDIA_SMI_FIELDS}`);
  }
  return {
    class: 'gpu',
    id: uuid,
    name,
    memoryMb: /^\d+$/.test(memory) ? Number(memory) : null,
    driver: /^[\d.]+$/.test(driver) ? driver : null,
    declared: false,
  };
}
