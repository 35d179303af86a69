import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DEFAULT_DRAIN_GRACE_SECONDS,
  DEFAULT_MAX_BODY_BYTES,
  DEFAULT_MAX_QUEUE_LENGTH,
  DEFAULT_SCORING_TIMEOUT_MS,
  type ReplicaLimits,
  type ServiceAuth,
} from '@slipway/contract';
import { type StartedProcess, waitFor } from '@slipway/testkit';

export const HOST = '127.0.0.1';
export const SERVICE = 'bench';

/** Nobody asks the admin listeners anything here. */
export const ADMIN_TOKEN = randomBytes(24).toString('base64url');

/** A process that has not said that it is ready after so many milliseconds will not; a GPU chooses kernels meanwhile. */
const START_TIMEOUT_MS = 180_000;

/** Milliseconds that a request may wait for its turn here: a refusal would be quick, and no measurement. */
const MAX_QUEUE_WAIT_MS = 20_000;

/** Otherwise the limits of a deployment for which nothing was said. */
export const LIMITS: ReplicaLimits = {
  maxBodyBytes: DEFAULT_MAX_BODY_BYTES,
  maxConcurrentRequests: null,
  maxQueueLength: DEFAULT_MAX_QUEUE_LENGTH,
  maxQueueWaitMs: MAX_QUEUE_WAIT_MS,
  scoringTimeoutMs: DEFAULT_SCORING_TIMEOUT_MS,
  drainGraceSeconds: DEFAULT_DRAIN_GRACE_SECONDS,
};

/** A new key, and what a replica has to know to check it. */
export function newKey(): { readonly key: string; readonly auth: ServiceAuth } {
  const key = randomBytes(24).toString('base64url');
  const salt = randomBytes(16);
  const digest = createHash('sha256').update(salt).update(key).digest('base64');
  const keys = [{ salt: salt.toString('base64'), digest }];
  return { key, auth: { kind: 'ServiceAuth', generation: 1, mode: 'key', keys } };
}

export async function writeJson(path: string, value: unknown): Promise<string> {
  await writeFile(path, JSON.stringify(value), { mode: 0o600 });
  return path;
}

export async function subfolder(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  return path;
}

/** Waits until a replica or gateway says in its state file that it is ready; throws what it said if it ends. */
export async function readyPort(started: StartedProcess, stateFile: string): Promise<number> {
  const listening = waitFor(
    async () => {
      const { phase, port } = JSON.parse(await readFile(stateFile, 'utf8'));
      return phase === 'ready' && typeof port === 'number' ? port : undefined;
    },
    { what: `${stateFile} to say that it is ready`, timeoutMs: START_TIMEOUT_MS },
  );
  const ended = started.exit.then(() => {
    throw new Error(`It ended at once:\n${started.stdout()}${started.stderr()}`);
  });
  return Promise.race([listening, ended]);
}
