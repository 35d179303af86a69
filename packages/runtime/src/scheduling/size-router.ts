import type { Job, Lane } from './job.ts';

export interface SizeRouterOptions {
  readonly small: Lane;
  /** Makes the lane for everything else; called at the first job that needs it. */
  readonly openLarge: () => Lane;
  readonly isSmall: (job: Job) => boolean;
}

/** Sends each job to one of two lanes by its size. */
export function createSizeRouter(options: SizeRouterOptions): Lane {
  const { small, isSmall } = options;
  let large: Lane | undefined;
  const openLarge = () => {
    large ??= options.openLarge();
    return large;
  };
  return {
    submit(job) {
      if (isSmall(job)) small.submit(job);
      else openLarge().submit(job);
    },
    load() {
      const one = small.load();
      const other = large?.load();
      return {
        inFlight: one.inFlight + (other?.inFlight ?? 0),
        queued: one.queued + (other?.queued ?? 0),
      };
    },
    refuse(error) {
      small.refuse(error);
      large?.refuse(error);
    },
    async close() {
      await Promise.all([small.close(), large?.close()]);
    },
  };
}
