import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Device } from '@slipway/contract/api';
import { ComputeTarget, Workspace } from '@slipway/sdk';
import { readServerInfo } from '../local/home.ts';
import { isAlive } from '../local/processes.ts';
import { devices as countsOf } from '../output/compute.ts';
import { type Finding, finding } from './check.ts';

/** A little more than nvidia-smi itself is given. */
const FIND_TIMEOUT_MS = 20_000;

/** A control plane on this machine answers in milliseconds. */
const ANSWER_TIMEOUT_MS = 5_000;

interface Found {
  readonly devices: readonly Pick<Device, 'name' | 'memoryMb' | 'driver'>[];
  readonly problem: string | null;
}

/** The devices of this machine with their drivers, and what a running control plane gives out of them. */
export async function checkDevices(home: string): Promise<readonly Finding[]> {
  const found = await findDevices();
  return [foundFinding(found), ...(await givenFinding(home, found))];
}

async function findDevices(): Promise<Found> {
  const file = fileURLToPath(import.meta.resolve('@slipway/server/devices'));
  const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: FIND_TIMEOUT_MS });
  return JSON.parse(stdout) as Found;
}

function foundFinding({ devices, problem }: Found): Finding {
  if (problem !== null) return finding('devices', 'warning', problem);
  if (devices.length === 0) {
    const declare = 'other devices are declared: "slipway compute update local --device fpga=1"';
    return finding('devices', 'ok', `There is no GPU of NVIDIA; ${declare}.`);
  }
  const each = devices.map(({ name, memoryMb }) => (memoryMb === null ? name : `${name} (${memoryMb} MiB)`));
  const driver = devices[0]?.driver ?? 'unknown';
  return finding('devices', 'ok', `${each.join(', ')}; driver ${driver}.`);
}

async function givenFinding(home: string, found: Found): Promise<readonly Finding[]> {
  const info = readServerInfo(home);
  if (info === undefined || !isAlive(info.pid)) return [];
  const target = await readTarget(home);
  if (target === undefined) return [];
  const { capacity, declaredDevices } = target;
  const isOld =
    declaredDevices['gpu'] === undefined && (capacity.devices['gpu'] ?? 0) !== found.devices.length;
  if (isOld) {
    const message = `The control plane knows of ${capacity.devices['gpu'] ?? 0} GPUs, and there are ${found.devices.length}: start it anew with "slipway down --keep-services" and "slipway up --detach".`;
    return [finding('devices of services', 'warning', message)];
  }
  const counts = countsOf(target);
  return counts === undefined
    ? []
    : [finding('devices of services', 'ok', `${counts} are given to replicas.`)];
}

/** `undefined` where it does not answer, which another check tells. */
async function readTarget(home: string): Promise<ComputeTarget | undefined> {
  try {
    const workspace = await Workspace.connect({ home });
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    return await ComputeTarget.get({ workspace, name: 'local', signal });
  } catch {
    return undefined;
  }
}
