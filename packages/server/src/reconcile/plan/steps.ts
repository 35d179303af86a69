import type { ErrorBody } from '@slipway/contract';

/** Why a replica has to go. */
export type RetireReason =
  | 'outdated'
  | 'surplus'
  | 'stuck'
  | 'unanswered'
  | 'memory'
  | 'slow-start'
  | 'no-room';

/** One thing to do. The order in a plan is the order to do it in. */
export type Step =
  /** Start a replica of that revision, which follows `streak` crashes in a row. */
  | { readonly do: 'start'; readonly revision: number; readonly streak: number }
  /** It takes no new request from now on, for good. */
  | { readonly do: 'retire'; readonly replica: string; readonly reason: RetireReason }
  /** Exactly these replicas are in the routes. */
  | { readonly do: 'route'; readonly replicas: readonly string[] }
  /** Tell it to finish what it runs and end. */
  | { readonly do: 'drain'; readonly replica: string }
  | { readonly do: 'kill'; readonly replica: string }
  /** It has ended: keep its log, and nothing else. */
  | { readonly do: 'forget'; readonly replica: string }
  /** The wanted revision is complete and the only one in the routes. */
  | { readonly do: 'activate'; readonly revision: number }
  /** The wanted revision cannot be; go back to the active one. */
  | { readonly do: 'fail'; readonly revision: number; readonly error: ErrorBody };
