import { SlipwayError } from '@slipway/contract';
import type { Capacity, DeploymentConfig, DeviceCounts } from '@slipway/contract/api';
import type { RevisionRecord, ServiceRecord } from '../../store/collections.ts';
import type { Reader } from '../../store/store.ts';
import { fitsInto, lackingDevices, times, totalOf, without } from '../computes/capacity.ts';
import { scan } from '../page.ts';
import { completeConfig, firstReplicas } from './config.ts';
import { revisionKey } from './revisions.ts';

/** Another service, and what it is to have. */
export interface Tenant {
  readonly service: ServiceRecord;
  readonly revision: RevisionRecord;
  readonly asked: Capacity;
}

/** All services but this one that are to have something. */
export async function otherTenants(reader: Reader, name: string): Promise<readonly Tenant[]> {
  const tenants: Tenant[] = [];
  for await (const { value: service } of scan(reader, 'services', {})) {
    if (service.name === name || service.deleting) continue;
    const revision = (await reader.get('revisions', revisionKey(service.uid, service.revision)))?.value;
    // One that failed and had nothing to go back to has no replicas.
    if (revision === undefined || revision.status === 'failed') continue;
    tenants.push({ service, revision, asked: askedBy(completeConfig(revision.config)) });
  }
  return tenants;
}

/** What the replicas that a service begins with ask for together. */
export function askedBy(config: DeploymentConfig): Capacity {
  const { cpuCores, memoryGb, devices } = config;
  return rounded(times(firstReplicas(config), { cpuCores, memoryGb, devices }));
}

/**
 * Refuses what the target cannot hold beside what all other services are to have. Throws `unschedulable` with
 * the numbers; what needs room only while an update runs is for the reconciler to wait for.
 */
export function checkRoom(total: Capacity, others: readonly Tenant[], config: DeploymentConfig): void {
  const asked = askedBy(config);
  const free = rounded(without(total, totalOf(others.map((tenant) => tenant.asked))));
  if (!fitsInto(asked, free)) throw noRoom(config, others, { asked, free, total });
}

function rounded({ cpuCores, memoryGb, devices }: Capacity): Capacity {
  return { cpuCores: Math.round(cpuCores * 1e6) / 1e6, memoryGb: Math.round(memoryGb * 1e6) / 1e6, devices };
}

function noRoom(
  config: DeploymentConfig,
  others: readonly Tenant[],
  numbers: { readonly asked: Capacity; readonly free: Capacity; readonly total: Capacity },
): SlipwayError {
  const { cpuCores, memoryGb, devices } = config;
  const numReplicas = firstReplicas(config);
  const replicas = numReplicas === 1 ? '1 replica' : `${numReplicas} replicas`;
  const { asked, free, total } = numbers;
  const named = Object.entries(devices).filter(([, count]) => count > 0);
  const kinds = ['CPU', 'Memory', ...named.map(([name]) => name.toUpperCase())].join('/');
  const each = [
    `${cpuCores} CPU Cores`,
    `${memoryGb}GB Memory`,
    ...named.map(([name, n]) => `${n} ${label(name)}`),
  ];
  const there = [
    `${free.cpuCores} of ${total.cpuCores} CPU Cores`,
    `${free.memoryGb} of ${total.memoryGb}GB Memory`,
    ...named.map(
      ([name]) => `${Math.max(0, free.devices[name] ?? 0)} of ${total.devices[name] ?? 0} ${label(name)}`,
    ),
  ];
  const lacking = lackingDevices(asked.devices, free.devices);
  const holders = holdersOf(others, lacking);
  return new SlipwayError(
    'unschedulable',
    'Deployment request failed due to insufficient compute resource. ' +
      `For the specified compute target, ${replicas} cannot be created per specified ${kinds} configuration(${each.join(', ')}): ` +
      `${there.slice(0, -1).join(', ')} and ${there.at(-1)} are free. ` +
      `You can address this problem by adjusting number of replicas, using a different ${kinds} configuration, or using a different compute target.` +
      aboutDevices(lacking, holders),
    { details: { numReplicas, ...numbers, ...(lacking.length > 0 && { lacking, holders }) } },
  );
}

/** Azure writes GPU. */
function label(name: string): string {
  return name === 'gpu' ? 'GPU' : name;
}

/** Who is to have devices of these classes, and how many. */
function holdersOf(
  others: readonly Tenant[],
  lacking: readonly string[],
): readonly { readonly service: string; readonly devices: DeviceCounts }[] {
  return others.flatMap(({ service, asked }) => {
    const own = Object.entries(asked.devices).filter(([name, count]) => count > 0 && lacking.includes(name));
    return own.length === 0 ? [] : [{ service: service.name, devices: Object.fromEntries(own) }];
  });
}

function aboutDevices(lacking: readonly string[], holders: ReturnType<typeof holdersOf>): string {
  const taken = holders.map(({ service, devices }) => {
    const what = Object.entries(devices).map(([name, count]) => `${count} ${label(name)}`);
    return `"${service}" has ${what.join(' and ')}`;
  });
  const takeOver = taken.length === 0 ? '' : ` ${taken.join(', ')}: set replace to take over.`;
  const without = lacking.map((name) => `"${name}": 0`).join(', ');
  return lacking.length === 0
    ? ''
    : `${takeOver} A service that needs none says so with config.devices {${without}}.`;
}
