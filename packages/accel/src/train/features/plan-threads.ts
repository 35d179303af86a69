/** How threads are shared out. */
export interface ThreadPlan {
  /** Copies of the model, each run by a thread of its own. */
  readonly sessions: number;
  /** Threads that one run takes. */
  readonly threadsOfRun: number;
}

/** A session holds the weights, once more as its kernels want them, and what layers hand to each other. */
const MODEL_COPIES = 3;

/**
 * One image at a time is fastest where each thread has its own: convolutions of one image do not fill several threads
 * well, and runs of one image give the same features whatever stands beside it. Where memory does not hold so many
 * models, a run takes more threads.
 */
export function planThreads(threads: number, modelBytes: number, memoryBytes: number): ThreadPlan {
  const fitting = Math.floor(memoryBytes / (MODEL_COPIES * modelBytes));
  const sessions = Math.max(1, Math.min(threads, fitting));
  return { sessions, threadsOfRun: Math.max(1, Math.floor(threads / sessions)) };
}
