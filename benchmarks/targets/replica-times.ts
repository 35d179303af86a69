/** Where the time of all requests went that a replica has answered, in milliseconds, by its own clock. */
export interface ReplicaTimes {
  readonly requests: number;
  /** From head to answer. */
  readonly total: number;
  readonly queue: number;
  readonly run: number;
}

/** Reads them from what a replica of one model says at `/metrics`. */
export function parseReplicaTimes(metrics: string): ReplicaTimes {
  const value = (name: string) => {
    const line = new RegExp(`^slipway_${name}\\{[^}]*\\} (\\S+)$`, 'm').exec(metrics);
    if (line === null) throw new Error(`The replica tells no slipway_${name}.`);
    return Number(line[1]);
  };
  return {
    requests: value('request_duration_seconds_count'),
    total: value('request_duration_seconds_sum') * 1000,
    queue: value('queue_duration_seconds_sum') * 1000,
    run: value('run_duration_seconds_sum') * 1000,
  };
}
