/** What is asked of the autoscaler: the service's own settings, and how patient it is. */
export interface ScaleSettings {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** Percent of the replicas that are to be busy. */
  readonly targetUtilization: number;
  /** The number falls to the highest that was needed within this time. */
  readonly scaleInWindowMs: number;
  /** Without a request for so long, a service that may have no replica has none. */
  readonly idleMs: number;
}

/** The load between two looks, as means over that time. */
export interface LoadSample {
  /** Replicas that answered requests at the end of it. */
  readonly replicas: number;
  /** How many of them were busy; one that ran a part of what it can run at once counts as that part. */
  readonly busy: number;
  /** What waited in them, in the same measure: 1 would keep one more replica busy. */
  readonly waiting: number;
  /** Requests that now wait for a first replica. */
  readonly held: number;
  /** Replicas that the target can hold, with those that run. */
  readonly room: number;
  /** While a new revision takes over, nothing is taken away for want of load. */
  readonly rollingOut: boolean;
}

/** What is remembered from one look to the next. */
export interface ScaleState {
  /** Replicas that are wanted. */
  readonly replicas: number;
  /** What was needed, newest last; only what nothing later exceeds. */
  readonly needs: readonly { readonly at: number; readonly replicas: number }[];
  /** When there last was a request. */
  readonly usedAt: number;
  /** The room that kept more replicas from being wanted; `null`: there was enough. */
  readonly lackedAt: number | null;
}

/** What a look came to. */
export interface ScaleOutcome {
  readonly state: ScaleState;
  /** Replicas that the load asks for, within the limits of the settings. */
  readonly needed: number;
}

/** Replicas that are as good as all busy: how much more load there is shows only in what waits. */
const SATURATED = 0.95;

/** Replicas grow by this factor at a look, or what waits for the first new ones would start many more. */
const MOST_GROWTH = 2;

/** Slack for quotients of decimal fractions. */
const EPSILON = 1e-9;

/** The state of a service of which `replicas` are wanted, or run, when it is first looked at. */
export function beginScaling(replicas: number, now: number): ScaleState {
  // One without replicas was idle for long enough before.
  const usedAt = replicas === 0 ? Number.NEGATIVE_INFINITY : now;
  return { replicas, needs: [{ at: now, replicas }], usedAt, lackedAt: null };
}

/**
 * How many replicas there should be: out at once, in when a lower number has been enough for the whole window. Pure.
 * `now` is of any monotonic clock, in milliseconds.
 */
export function decide(
  before: ScaleState,
  sample: LoadSample,
  settings: ScaleSettings,
  now: number,
): ScaleOutcome {
  const used = sample.busy > 0 || sample.waiting > 0 || sample.held > 0;
  const usedAt = used ? now : before.usedAt;
  const least = leastReplicas(settings, sample, now - usedAt);
  const within = (replicas: number) => Math.min(settings.maxReplicas, Math.max(least, replicas));
  const need = replicasFor(sample, settings.targetUtilization);
  // Nobody waits for the window where nobody has called for longer than that.
  const recent = least === 0 ? [] : before.needs.filter(({ at }) => at > now - settings.scaleInWindowMs);
  const needs = [...recent.filter(({ replicas }) => replicas > need), { at: now, replicas: need }];
  const needed = within(need);
  const highest = within(needs[0]?.replicas ?? need);
  const kept = sample.rollingOut ? before.replicas : Math.min(before.replicas, highest);
  const wanted = within(Math.max(needed, kept));
  // What must be there even if nobody calls is for the planner to wait for.
  const room = Math.max(sample.room, sample.rollingOut ? least : settings.minReplicas);
  const replicas = Math.min(wanted, room);
  const lackedAt = wanted > room ? room : null;
  return { state: { replicas, needs, usedAt, lackedAt }, needed };
}

/** A service that may have no replica keeps one until it has been idle for long enough. */
function leastReplicas(settings: ScaleSettings, { rollingOut }: LoadSample, idleForMs: number): number {
  if (settings.minReplicas > 0) return settings.minReplicas;
  return !rollingOut && idleForMs >= settings.idleMs ? 0 : 1;
}

/**
 * Replicas of which the target's part would be busy (Azure: replicas = ceil(busy / target)). Where all are busy, what
 * waits counts as well, but for no more than twice the replicas there are.
 */
function replicasFor({ replicas, busy, waiting, held }: LoadSample, targetUtilization: number): number {
  const forLoad = (load: number) => Math.ceil((load * 100) / targetUtilization - EPSILON);
  const first = held > 0 ? 1 : 0;
  const isSaturated = replicas > 0 && busy >= SATURATED * replicas;
  const most = Math.max(forLoad(busy), MOST_GROWTH * replicas);
  return Math.max(first, isSaturated ? Math.min(forLoad(busy + waiting), most) : forLoad(busy));
}
