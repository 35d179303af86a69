import type { BatchServerGpus } from '@slipway/contract';
import type { FoundGpus } from '@slipway/transport';

/** Which GPUs a job shares out. */
export interface ChosenGpus {
  /** For its processes, one each; `null`: nothing is said to them of GPUs. Empty: there are some, but none for the job. */
  readonly gpus: readonly string[] | null;
  /** What people should know of it; whole sentences. */
  readonly notes: readonly string[];
}

/**
 * The GPUs of a job: those of CUDA_VISIBLE_DEVICES where that is set; else, where a control plane runs on the machine, those that it
 * knows and no service has; else all that were found.
 */
export function chooseGpus(
  visible: string | undefined,
  found: FoundGpus,
  server: BatchServerGpus | null,
): ChosenGpus {
  if (visible !== undefined) return { gpus: listed(visible), notes: [] };
  const broken = found.problem === null ? [] : [`GPUs are not used: ${found.problem}`];
  const isThere = found.devices.length > 0 || (server?.devices.length ?? 0) > 0;
  if (!isThere) return { gpus: null, notes: broken };
  if (server === null) return { gpus: found.devices.map(({ id }) => id), notes: broken };
  if (server.problem !== null) {
    const unknown = `Which GPUs services have is not known, so the job may share some with them: ${server.problem}`;
    return { gpus: found.devices.map(({ id }) => id), notes: [...broken, unknown] };
  }
  const free = server.devices.filter(({ service }) => service === null);
  const held = server.devices.filter(({ service }) => service !== null);
  const away = found.devices.length - server.devices.length;
  return {
    gpus: free.map(({ id }) => id),
    notes: [
      ...(server.devices.length === 0 ? [] : broken),
      ...held.map(
        ({ id, service }) => `GPU ${id} belongs to the service ${service}: the job does not use it.`,
      ),
      ...(away > 0
        ? [
            `${away} of ${found.devices.length} GPUs are declared away from this machine (gpu=${server.devices.length}): the job does not use them.`,
          ]
        : []),
    ],
  };
}

function listed(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  // Behind -1 none is visible: https://docs.nvidia.com/cuda/cuda-c-programming-guide/#env-vars
  const end = names.indexOf('-1');
  return names.slice(0, end < 0 ? names.length : end).filter((name) => name !== '');
}
