import type { Credential } from './types.ts';

/** The key or token of a client, kept between calls and shared by those that run at once. */
export interface Credentials {
  readonly current: (signal: AbortSignal) => Promise<string | undefined>;
  /** Forgets the one that was refused; false if there is no other to be had. */
  readonly renew: (refused: string | undefined) => boolean;
}

export function createCredentials(credential: Credential | undefined): Credentials {
  if (typeof credential !== 'function') {
    return { current: async () => credential, renew: () => false };
  }
  let kept: string | undefined;
  return {
    async current(signal) {
      kept ??= await credential(signal);
      return kept;
    },
    renew(refused) {
      // Another call may have renewed it meanwhile.
      if (kept === refused) kept = undefined;
      return refused !== undefined;
    },
  };
}
