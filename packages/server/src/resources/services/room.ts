import { SlipwayError } from '@slipway/contract';
import type { Capacity, DeploymentConfig } from '@slipway/contract/api';
import type { Reader } from '../../store/store.ts';
import { scan } from '../page.ts';
import { firstReplicas } from './config.ts';
import { revisionKey } from './revisions.ts';

/** Slack for sums of decimal fractions: 0.1 + 0.2 cores must fit into 0.3. */
const EPSILON = 1e-9;

/**
 * Refuses what the target cannot hold beside what all other services are to have. Throws `unschedulable` with
 * the numbers; what needs room only while an update runs is for the reconciler to wait for.
 */
export async function checkRoom(
  reader: Reader,
  total: Capacity,
  service: string,
  config: DeploymentConfig,
): Promise<void> {
  const taken = await askedByOthers(reader, service);
  const asked = askedBy(config);
  const free = {
    cpuCores: rounded(total.cpuCores - taken.cpuCores),
    memoryGb: rounded(total.memoryGb - taken.memoryGb),
  };
  if (asked.cpuCores <= free.cpuCores + EPSILON && asked.memoryGb <= free.memoryGb + EPSILON) return;
  throw noRoom(config, { asked, free, total });
}

async function askedByOthers(reader: Reader, service: string): Promise<Capacity> {
  let sum: Capacity = { cpuCores: 0, memoryGb: 0 };
  for await (const { value } of scan(reader, 'services', {})) {
    if (value.name === service || value.deleting) continue;
    const revision = await reader.get('revisions', revisionKey(value.uid, value.revision));
    if (revision !== undefined) sum = add(sum, askedBy(revision.value.config));
  }
  return sum;
}

function askedBy(config: DeploymentConfig): Capacity {
  const { cpuCores, memoryGb } = config;
  const numReplicas = firstReplicas(config);
  return { cpuCores: rounded(numReplicas * cpuCores), memoryGb: rounded(numReplicas * memoryGb) };
}

function add(a: Capacity, b: Capacity): Capacity {
  return { cpuCores: a.cpuCores + b.cpuCores, memoryGb: a.memoryGb + b.memoryGb };
}

function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

function noRoom(
  config: DeploymentConfig,
  numbers: { readonly asked: Capacity; readonly free: Capacity; readonly total: Capacity },
): SlipwayError {
  const { cpuCores, memoryGb } = config;
  const numReplicas = firstReplicas(config);
  const replicas = numReplicas === 1 ? '1 replica' : `${numReplicas} replicas`;
  const { free, total } = numbers;
  return new SlipwayError(
    'unschedulable',
    'Deployment request failed due to insufficient compute resource. ' +
      `For the specified compute target, ${replicas} cannot be created per specified CPU/Memory configuration(${cpuCores} CPU Cores, ${memoryGb}GB Memory): ` +
      `${free.cpuCores} of ${total.cpuCores} CPU Cores and ${free.memoryGb} of ${total.memoryGb}GB Memory are free. ` +
      'You can address this problem by adjusting number of replicas, using a different CPU/memory configuration, or using a different compute target.',
    { details: { numReplicas, ...numbers } },
  );
}
