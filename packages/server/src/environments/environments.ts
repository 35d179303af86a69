import type { OperationContext } from '../operations/operation-context.ts';

/** An environment that scripts can run in now. Paths are absolute. */
export interface ReadyEnvironment {
  /** The Python that runs scripts; `null` where the environment is packages for JavaScript. */
  readonly interpreter: string | null;
  /** Where its packages lie: `site-packages` or `node_modules`; `null` if it has no folder of its own. */
  readonly sitePath: string | null;
  /** Names the content: 64 hexadecimal digits. */
  readonly hash: string;
  /** What processes in it find among their environment variables. */
  readonly env: Readonly<Record<string, string>>;
}

/** The environments that were registered, made real on this machine. */
export interface Environments {
  /**
   * The environment that `name:version`, or the newest of `name`, refers to. Builds it first, or waits for who builds
   * it, where it is not there; what the tools say goes to `report`, without percent. When `signal` fires, a build that nobody
   * else waits for ends with it. Throws `not_found` (no such environment, interpreter or tool), `invalid_argument`
   * (its packages cannot be found or built), `unavailable` (an index cannot be reached), `unsupported`, `storage_full`.
   */
  environmentFor(
    workspace: string,
    reference: string,
    context: Pick<OperationContext, 'report' | 'signal'>,
  ): Promise<ReadyEnvironment>;
}
