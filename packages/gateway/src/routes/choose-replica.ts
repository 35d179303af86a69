/** What the choice depends on. */
interface Candidate {
  readonly inFlight: number;
  readonly suspectUntil: number;
}

/**
 * The replica with the fewest requests among those not yet `tried`; the first of equals counted from `start`, so that
 * a rising `start` goes round. One that was unreachable a short time ago comes last.
 */
export function chooseReplica<R extends Candidate>(
  replicas: readonly R[],
  tried: readonly R[],
  start: number,
  now: number,
): R | undefined {
  let best: R | undefined;
  for (let offset = 0; offset < replicas.length; offset += 1) {
    const candidate = replicas[(start + offset) % replicas.length];
    if (candidate === undefined || tried.includes(candidate)) continue;
    if (best === undefined || isBetter(candidate, best, now)) best = candidate;
  }
  return best;
}

function isBetter(candidate: Candidate, best: Candidate, now: number): boolean {
  const suspected = candidate.suspectUntil > now;
  if (suspected !== best.suspectUntil > now) return !suspected;
  return candidate.inFlight < best.inFlight;
}
