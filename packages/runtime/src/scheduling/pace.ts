import { SHORTEST_PAUSE_SECONDS } from './refusals.ts';

/** How fast a lane gets its requests done, to tell callers when to come again. */
export interface Pace {
  /** Tells of a run that has ended. */
  ran(requests: number, ms: number): void;
  /** Seconds until so many waiting requests are likely to have been run: whole, and within bounds. */
  secondsFor(waiting: number): number;
}

/** The longest pause: how fast requests were done of late says little of what is a minute ahead. */
const LONGEST_PAUSE_SECONDS = 30;

/** Part that the newest run has in the mean. */
const NEWEST_PART = 0.1;

const MS_PER_SECOND = 1_000;

/** A pace with nothing known yet; `instances` run side by side. */
export function createPace(instances: number): Pace {
  let msPerRequest = 0;
  return {
    ran(requests, ms) {
      const newest = ms / requests / instances;
      msPerRequest = msPerRequest === 0 ? newest : msPerRequest + NEWEST_PART * (newest - msPerRequest);
    },
    secondsFor(waiting) {
      const seconds = Math.ceil((waiting * msPerRequest) / MS_PER_SECOND);
      return Math.min(LONGEST_PAUSE_SECONDS, Math.max(SHORTEST_PAUSE_SECONDS, seconds));
    },
  };
}
