import { type BatchServerGpus, SlipwayError, toSlipwayError } from '@slipway/contract';
import { ComputeTarget } from './compute-target.ts';
import type { Workspace } from './workspace.ts';

/** A control plane on this machine answers in milliseconds; a job that needs none does not wait for another. */
const ANSWER_MS = 5_000;

const THIS_MACHINE = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** The GPUs of this machine and the services that have them, of the control plane that runs on it; `null` if none does. */
export async function serverGpus(
  workspace: Workspace | (() => Promise<Workspace>) | undefined,
): Promise<BatchServerGpus | null> {
  if (workspace === undefined) return null;
  const timeout = AbortSignal.timeout(ANSWER_MS);
  try {
    return await Promise.race([ask(workspace, timeout), untilAborted(timeout)]);
  } catch (thrown) {
    const { code, message } = toSlipwayError(thrown);
    return code === 'unavailable' ? null : { devices: [], problem: message };
  }
}

async function ask(
  workspace: Workspace | (() => Promise<Workspace>),
  signal: AbortSignal,
): Promise<BatchServerGpus | null> {
  const where = typeof workspace === 'function' ? await workspace() : workspace;
  if (!THIS_MACHINE.has(new URL(where.url).hostname)) return null;
  const { devices } = await ComputeTarget.get({ workspace: where, name: 'local', signal });
  const gpus = devices.filter((device) => device.class === 'gpu');
  return { devices: gpus.map(({ id, service }) => ({ id, service })), problem: null };
}

async function untilAborted(signal: AbortSignal): Promise<never> {
  return await new Promise((_, reject) => {
    signal.addEventListener('abort', () =>
      reject(
        new SlipwayError(
          'deadline_exceeded',
          `The control plane did not answer within ${ANSWER_MS / 1000} s.`,
        ),
      ),
    );
  });
}
