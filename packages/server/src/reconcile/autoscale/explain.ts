import type { EventNote } from '../../resources/services/add-events.ts';
import type { LoadSample, ScaleOutcome, ScaleSettings, ScaleState } from './decide.ts';

/** A change of the number of replicas, in words. */
export interface Explained {
  readonly from: number;
  readonly to: number;
  readonly message: string;
}

/** What a look has changed, with the numbers that led to it; `undefined` if all stays as it was. */
export function explainChange(
  before: ScaleState,
  { state }: ScaleOutcome,
  sample: LoadSample,
  settings: ScaleSettings,
): Explained | undefined {
  const [from, to] = [before.replicas, state.replicas];
  if (from === to) return undefined;
  return { from, to, message: `Replicas ${from} → ${to}: ${reasonOf(from, to, state, sample, settings)}.` };
}

function reasonOf(
  from: number,
  to: number,
  { lackedAt }: ScaleState,
  sample: LoadSample,
  settings: ScaleSettings,
): string {
  const { minReplicas, maxReplicas, scaleInWindowMs, idleMs } = settings;
  if (to < from) {
    if (lackedAt !== null) return `there is room for no more; ${loadIn(sample, settings)}`;
    if (from > maxReplicas) return `maxReplicas is ${maxReplicas}`;
    if (to === 0) return `nobody has called for ${seconds(idleMs)} (idleSeconds)`;
    return `${loadIn(sample, settings)}, and no more were needed within the last ${seconds(scaleInWindowMs)}`;
  }
  if (from === 0 && sample.held > 0) return `${requests(sample.held)} for a replica`;
  if (from < minReplicas && to === minReplicas) return `minReplicas is ${minReplicas}`;
  const limit = to === maxReplicas ? ', the most there may be (maxReplicas)' : '';
  return `${loadIn(sample, settings)}${limit}`;
}

/** `utilisation 100 % (1.00 busy of 1, and work for 2.50 more waiting), target 70 %`. */
function loadIn({ replicas, busy, waiting }: LoadSample, { targetUtilization }: ScaleSettings): string {
  const percent = replicas === 0 ? 0 : Math.round((100 * busy) / replicas);
  const more = waiting >= 0.005 ? `, and work for ${waiting.toFixed(2)} more waiting` : '';
  return `utilisation ${percent} % (${busy.toFixed(2)} busy of ${replicas}${more}), target ${targetUtilization} %`;
}

function requests(count: number): string {
  return count === 1 ? '1 request waits' : `${count} requests wait`;
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}

/** The event of a change. */
export function changeEvent({ from, to, message }: Explained, revision: number): EventNote {
  const reason = to > from ? 'ScaledOut' : 'ScaledIn';
  return { type: 'Normal', reason, message, revision, replica: null };
}

/** Tells once that there is no room for what the load needs; `lacking` says what is free. */
export function roomEvent(
  before: ScaleState,
  { state, needed }: ScaleOutcome,
  lacking: string | undefined,
  revision: number,
): EventNote | undefined {
  if (state.lackedAt === null || state.lackedAt === before.lackedAt) return undefined;
  const message = `The load needs ${needed} replicas, and there is room for ${state.lackedAt}. ${lacking ?? ''}`;
  return { type: 'Warning', reason: 'ScaleOutBlocked', message: message.trim(), revision, replica: null };
}
