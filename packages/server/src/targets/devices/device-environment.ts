import type { DeviceIds, TargetDevice } from './device.ts';

/** CUDA, and all that stands on it, sees the devices that are named here and no others. */
const VISIBLE_GPUS = 'CUDA_VISIBLE_DEVICES';

/**
 * The variables that tell a replica which devices are its own. Where there are GPUs, those of others are hidden from every
 * replica; where there are none, nothing is said of them.
 */
export function deviceEnvironment(own: DeviceIds, thereAreGpus: boolean): Readonly<Record<string, string>> {
  const { gpu = [], ...others } = own;
  return {
    ...((thereAreGpus || gpu.length > 0) && { [VISIBLE_GPUS]: gpu.join(',') }),
    ...Object.fromEntries(Object.entries(others).map(([name, ids]) => [variableOf(name), ids.join(',')])),
  };
}

/** `SLIPWAY_DEVICES_FPGA`, for a class that has a variable of its own nowhere else. */
export function variableOf(name: TargetDevice['class']): string {
  return `SLIPWAY_DEVICES_${name.toUpperCase().replaceAll('-', '_')}`;
}
