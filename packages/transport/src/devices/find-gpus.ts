import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemCode, unlessMissing } from '@slipway/contract';
import { type FoundGpu, NVIDIA_SMI_FIELDS, parseNvidiaSmi } from './parse-nvidia-smi.ts';

export type { FoundGpu };

/** Answers within seconds even while it wakes a driver that has gone to sleep; a broken driver never does. */
const ANSWER_MS = 15_000;

const PCI_DEVICES = '/sys/bus/pci/devices';
const NVIDIA_VENDOR = '0x10de';

/** Display and 3D controllers; the sound of a graphics card is a device, too. */
const GRAPHICS_CLASS = /^0x03/;

/** The GPUs of this machine, and why there may be more. */
export interface FoundGpus {
  readonly devices: readonly FoundGpu[];
  /** What was in the way, in one sentence; `null`: nothing. */
  readonly problem: string | null;
}

/** Asks `nvidia-smi`. Where there is none there are no GPUs, unless the machine has some without a driver. */
export async function findGpus(pciDevices = PCI_DEVICES): Promise<FoundGpus> {
  try {
    const args = [`--query-gpu=${NVIDIA_SMI_FIELDS}`, '--format=csv,noheader,nounits'];
    const { stdout } = await promisify(execFile)('nvidia-smi', args, {
      timeout: ANSWER_MS,
      killSignal: 'SIGKILL',
    });
    return { devices: parseNvidiaSmi(stdout), problem: null };
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return { devices: [], problem: await withoutDriver(pciDevices) };
    return { devices: [], problem: `nvidia-smi finds no GPUs: ${reasonOf(thrown)}.` };
  }
}

async function withoutDriver(pciDevices: string): Promise<string | null> {
  const count = await countNvidia(pciDevices);
  if (count === 0) return null;
  const what = count === 1 ? '1 GPU of NVIDIA' : `${count} GPUs of NVIDIA`;
  return `The machine has ${what}, but no nvidia-smi on the PATH: install the driver of NVIDIA, which brings it.`;
}

async function countNvidia(pciDevices: string): Promise<number> {
  const names = (await unlessMissing(readdir(pciDevices))) ?? [];
  const flags = await Promise.all(
    names.map(async (name) => {
      const read = async (file: string) =>
        (await unlessMissing(readFile(join(pciDevices, name, file), 'utf8')))?.trim() ?? '';
      return (await read('vendor')) === NVIDIA_VENDOR && GRAPHICS_CLASS.test(await read('class'));
    }),
  );
  return flags.filter(Boolean).length;
}

function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const { killed, code, stdout, stderr } = thrown as Error & {
    readonly killed?: boolean;
    readonly code?: number | string;
    readonly stdout?: string;
    readonly stderr?: string;
  };
  if (killed === true) return `it did not answer within ${ANSWER_MS / 1000} s`;
  const said = [stdout, stderr].find((text) => text !== undefined && text.trim() !== '');
  const line = (said ?? thrown.message).trim().split('\n')[0]?.replace(/\.$/, '') ?? '';
  return typeof code === 'number' ? `it ended with status ${code} (${line})` : line;
}
