import { ORT_LOG_ERRORS, type OrtSessionOptions } from './ort-binding.ts';

/**
 * Options of a session on the CPU. Spinning is off: threads that spin for work take cores from the socket
 * thread and from other sessions (measured: 19.5 against 12.8 images/s when cores are short).
 */
export function sessionOptions(threads: number): OrtSessionOptions {
  return {
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: ORT_LOG_ERRORS,
    extra: {
      'session.intra_op.allow_spinning': '0',
      'session.inter_op.allow_spinning': '0',
    },
  };
}
