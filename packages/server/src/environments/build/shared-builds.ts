import type { OperationContext, OperationReport } from '../../operations/operation-context.ts';
import type { FinishedBuild } from './build-folder.ts';
import type { Workplace } from './builder.ts';
import { createLinePump, type LinePump } from './line-pump.ts';

/** Reports of a build that whoever joins it later is told first. */
const KEPT_REPORTS = 200;

/** The part of an operation that follows a build. */
export type Follower = Pick<OperationContext, 'report' | 'signal'>;

/** The work of a build, given how to tell of it. */
export type BuildWork = (telling: Pick<Workplace, 'signal' | 'tell' | 'tellLine'>) => Promise<FinishedBuild>;

interface Running {
  readonly history: OperationReport[];
  readonly pumps: Set<LinePump>;
  readonly abort: AbortController;
  readonly done: Promise<FinishedBuild>;
}

/** Builds under way, each once, however many want it. */
export interface SharedBuilds {
  /**
   * Begins `work` for a hash, or joins who has begun it; `follower` is told every line. When its signal fires it leaves, with the
   * signal's reason; the last that leaves ends the build, and returns when nothing of it runs any more.
   */
  follow(hash: string, work: BuildWork, follower: Follower): Promise<FinishedBuild>;
}

/** No builds yet. */
export function createSharedBuilds(): SharedBuilds {
  const running = new Map<string, Running>();

  function begin(hash: string, work: BuildWork): Running {
    const history: OperationReport[] = [];
    const pumps = new Set<LinePump>();
    const abort = new AbortController();
    const say = (report: OperationReport) => {
      if (history.push(report) > KEPT_REPORTS) history.shift();
      for (const pump of pumps) pump.put(report);
    };
    const done = work({
      signal: abort.signal,
      tell: (message, percent) => say(percent === undefined ? { message } : { message, percent }),
      tellLine: (message) => say({ message }),
    }).finally(() => running.delete(hash));
    // Whoever follows hears of it; with nobody left it is no defect.
    done.catch(() => undefined);
    const build = { history, pumps, abort, done };
    running.set(hash, build);
    return build;
  }

  return {
    async follow(hash, work, { report, signal }) {
      const ending = running.get(hash);
      // The last follower has left it: what comes now begins anew, behind it.
      if (ending?.abort.signal.aborted) await ending.done.catch(() => undefined);
      signal.throwIfAborted();
      const build = running.get(hash) ?? begin(hash, work);
      const pump = createLinePump(report);
      for (const told of build.history) pump.put(told);
      build.pumps.add(pump);
      const left = leaving(signal);
      try {
        return await Promise.race([build.done, left.promise]);
      } catch (thrown) {
        build.pumps.delete(pump);
        if (signal.aborted && build.pumps.size === 0) {
          build.abort.abort(signal.reason);
          await build.done.catch(() => undefined);
        }
        throw thrown;
      } finally {
        left.forget();
        build.pumps.delete(pump);
        await pump.drain();
      }
    },
  };
}

/** A promise that fails with the reason when a signal fires. */
function leaving(signal: AbortSignal): { readonly promise: Promise<never>; readonly forget: () => void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  return { promise, forget: () => signal.removeEventListener('abort', abort) };
}
