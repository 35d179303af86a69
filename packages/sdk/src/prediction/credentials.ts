import type { Credential } from './types.ts';

/** Whoever gives keys and tokens has this long. */
const GIVE_TIMEOUT_MS = 30_000;

/** The key or token of a client, kept between calls and shared by those that run at once. */
export interface Credentials {
  readonly current: () => Promise<string | undefined>;
  /** Forgets the one that was refused; false if there is no other to be had. */
  readonly renew: (refused: string | undefined) => boolean;
}

/** `closed` fires when the client is closed, and gives up asking. */
export function createCredentials(credential: Credential | undefined, closed: AbortSignal): Credentials {
  if (typeof credential !== 'function') {
    return { current: async () => credential, renew: () => false };
  }
  let asking: Promise<string | undefined> | undefined;
  let given: string | undefined;
  return {
    current() {
      asking ??= ask(credential);
      return asking;
    },
    renew(refused) {
      // Another call may have renewed it meanwhile.
      if (refused === given) asking = undefined;
      return refused !== undefined;
    },
  };

  async function ask(give: Exclude<Credential, string>): Promise<string | undefined> {
    try {
      given = await give(AbortSignal.any([closed, AbortSignal.timeout(GIVE_TIMEOUT_MS)]));
      return given;
    } catch (thrown) {
      asking = undefined;
      throw thrown;
    }
  }
}
