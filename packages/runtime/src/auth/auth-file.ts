import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type ServiceAuth, toSlipwayError } from '@slipway/contract';
import { readJsonFile } from '@slipway/transport';
import type { Log } from '../data-plane/log.ts';
import { parseServiceAuth } from './service-auth.ts';
import { type CheckCredential, createCredentialCheck, type Refusal } from './verifier.ts';

/** Several events come for one renamed file; they are taken together. */
const DEBOUNCE_MS = 20;

/** What an `Authorization` header is good for. */
export type Authorization = 'no header' | Refusal;

/** The keys or tokens that open the service, as its key file says now. */
export interface Authenticator {
  /** `undefined`: let in. A promise only for a token that was not seen before. */
  check(header: string | undefined): Authorization | Promise<Authorization>;
  /** Generation of the key file in force. */
  generation(): number;
  /** Reads the file now. What cannot be read is logged, and what was in force stays in force. */
  reload(): Promise<void>;
  close(): void;
}

interface InForce {
  readonly auth: ServiceAuth;
  readonly check: CheckCredential | undefined;
}

/** Reads the key file and follows its changes. Throws `not_found` or `invalid_argument` if it is not good. */
export async function openAuthFile(file: string, log: Log): Promise<Authenticator> {
  let inForce = await readAuthFile(file);
  let reading: Promise<void> = Promise.resolve();

  async function replace(): Promise<void> {
    try {
      const next = await readAuthFile(file);
      if (next.auth.generation === inForce.auth.generation) return;
      inForce = next;
      log.info({ generation: next.auth.generation, mode: next.auth.mode }, 'New keys are in force.');
    } catch (thrown) {
      log.error(
        { err: toSlipwayError(thrown) },
        'The key file cannot be used; the keys before it stay in force.',
      );
    }
  }

  function reload(): Promise<void> {
    reading = reading.then(replace);
    return reading;
  }

  const watcher = watchFile(file, log, () => void reload());
  return {
    check: (header) => {
      if (inForce.check === undefined) return undefined;
      return header === undefined || header === '' ? 'no header' : inForce.check(credentialOf(header));
    },
    generation: () => inForce.auth.generation,
    reload,
    close: () => watcher.close(),
  };
}

async function readAuthFile(file: string): Promise<InForce> {
  const auth = parseServiceAuth(await readJsonFile(file), file);
  return { auth, check: await createCredentialCheck(auth) };
}

/** `Bearer <key>` with the scheme in any case, or the bare key, as Azure's preview clients send it. */
function credentialOf(header: string): string {
  return /^bearer(?: +|$)/i.test(header) ? header.slice('bearer'.length).trim() : header.trim();
}

/** Watches the folder, because a file that is renamed into place is another file than the one before. */
function watchFile(file: string, log: Log, changed: () => void): FSWatcher {
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(dirname(file), { persistent: false }, (_event, name) => {
    if (name !== null && name !== basename(file)) return;
    clearTimeout(timer);
    timer = setTimeout(changed, DEBOUNCE_MS).unref();
  });
  watcher.on('close', () => clearTimeout(timer));
  watcher.on('error', (error) => log.error({ err: error }, 'The key file is no longer watched.'));
  return watcher;
}
