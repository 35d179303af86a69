import type { ShutdownChoice } from './http/api-deps.ts';

/** How somebody ends the server. */
export interface EndRequest {
  /** Resolves when somebody wants the end. */
  readonly requested: Promise<void>;
  /** What becomes of gateway and replicas; `keep` as long as nobody has said anything. */
  services(): ShutdownChoice;
  /** Fires when somebody asks again: waits no longer. */
  readonly inHaste: AbortSignal;
  request(services: ShutdownChoice): void;
}

/**
 * What each signal means. SIGTERM is how a service manager, or an upgrade, ends a server: services go on, as with
 * Docker's live restore, and the next server adopts them. SIGINT and SIGHUP come from a person at a terminal, who
 * takes everything along.
 */
const SIGNALS = { SIGTERM: 'keep', SIGINT: 'stop', SIGHUP: 'stop' } as const;

/** Listens for the signals that end this process. The second one ends the patience. */
export function listenForEnd(): EndRequest {
  const { promise: requested, resolve } = Promise.withResolvers<void>();
  const haste = new AbortController();
  let choice: ShutdownChoice | undefined;

  function request(services: ShutdownChoice): void {
    if (choice !== undefined) haste.abort();
    // Whoever wants everything stopped is not overruled by a later signal.
    if (choice !== 'stop') choice = services;
    resolve();
  }

  for (const [signal, services] of Object.entries(SIGNALS)) process.on(signal, () => request(services));
  return { requested, services: () => choice ?? 'keep', inHaste: haste.signal, request };
}
