/** Which GPUs are in use by a job's processes. */
export interface GpuSlots {
  /** One that is free, and the same for nobody else until it is given back; an empty text if there is none. */
  take(): string;
  giveBack(gpu: string): void;
}

/** Hands out these GPUs, each to one process at a time. */
export function createGpuSlots(gpus: readonly string[]): GpuSlots {
  const taken = new Set<string>();
  return {
    take() {
      const free = gpus.find((gpu) => !taken.has(gpu));
      if (free === undefined) return '';
      taken.add(free);
      return free;
    },
    giveBack: (gpu) => void taken.delete(gpu),
  };
}
