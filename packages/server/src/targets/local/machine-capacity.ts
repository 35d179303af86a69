import { availableParallelism, totalmem } from 'node:os';
import type { Capacity } from '@slipway/contract/api';

/** Bytes in the gigabyte of the API. */
const GIGABYTE = 1e9;

/**
 * Part of the machine's memory that replicas may ask for together. The rest is for the system, the control plane,
 * the gateway and the page cache, which holds the weights that replicas share.
 */
const MEMORY_SHARE = 0.9;

/** What this machine offers: its cores (as far as this process may use them) and most of its memory. */
export function machineCapacity(): Omit<Capacity, 'devices'> {
  const memoryGb = Math.floor(((totalmem() * MEMORY_SHARE) / GIGABYTE) * 100) / 100;
  return { cpuCores: availableParallelism(), memoryGb };
}
