import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { errorFromBody, type ReplicaState, SlipwayError } from '@slipway/contract';
import type { DevReplica } from './dev-files.ts';

/** A replica that runs beside this process, and ends with it. */
export interface DevProcess {
  readonly output: readonly (ChildProcess['stdout'] | ChildProcess['stderr'])[];
  /** Resolves when it serves. Rejects with its own reason if it cannot. */
  ready(): Promise<ReplicaState>;
  /** Loads the script anew. Rejects with `script_failed`; the one before goes on then. */
  renew(): Promise<void>;
  /** Tells it to answer what runs and end. */
  stop(): void;
  /** Resolves when it is gone, with its exit status; `null` if it was killed. */
  readonly ended: Promise<number | null>;
}

const POLL_MS = 30;

/** Longer than `init` may take. */
const RENEW_TIMEOUT_MS = 1_260_000;

export function startDevProcess({ spec, specFile }: DevReplica): DevProcess {
  const main = fileURLToPath(import.meta.resolve('@slipway/runtime/main'));
  const child = spawn(process.execPath, [main, '--spec', specFile], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close').then(() => child.exitCode);
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;

  const ready = async (): Promise<ReplicaState> => {
    for (;;) {
      const isLast = hasEnded();
      const state = await readState(spec.stateFile);
      if (state?.phase === 'ready') return state;
      if (state?.error) throw errorFromBody(state.error);
      if (isLast)
        throw new SlipwayError(
          'internal',
          'The replica ended before it was ready; what it said stands above.',
        );
      await sleep(POLL_MS);
    }
  };

  return {
    output: [child.stdout, child.stderr],
    ended,
    ready,
    async renew() {
      const state = await readState(spec.stateFile);
      const response = await fetch(`http://127.0.0.1:${state?.adminPort}/renew`, {
        method: 'POST',
        headers: { authorization: `Bearer ${spec.adminToken}` },
        signal: AbortSignal.timeout(RENEW_TIMEOUT_MS),
      });
      if (response.ok) return;
      const { error } = (await response.json()) as { readonly error?: object };
      throw errorFromBody(error ?? {});
    },
    stop: () => void child.kill('SIGTERM'),
  };
}

async function readState(file: string): Promise<ReplicaState | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    // Not written yet.
    return undefined;
  }
}
