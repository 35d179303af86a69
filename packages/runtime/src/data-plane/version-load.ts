/** What a version of a model has to do at the moment. */
export interface VersionLoad {
  readonly name: string;
  readonly version: number;
  /** Requests that run. */
  readonly inFlight: number;
  /** Requests that wait for their turn, or whose images are being decoded. */
  readonly queued: number;
}

/** What all versions have to do together. */
export function totalLoad(loads: readonly VersionLoad[]): Pick<VersionLoad, 'inFlight' | 'queued'> {
  let inFlight = 0;
  let queued = 0;
  for (const load of loads) {
    inFlight += load.inFlight;
    queued += load.queued;
  }
  return { inFlight, queued };
}
