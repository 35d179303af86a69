import { join } from 'node:path';
import { MODEL_FILE } from '../../cache/model-cache.ts';
import type { Accelerator } from '../engine.ts';
import { ORT_LOG_FATAL, type OrtSessionOptions } from './ort-binding.ts';

/** Initializers from this many bytes on go to the file that is mapped into memory; smaller ones gain nothing. */
const MIN_EXTERNAL_BYTES = 1_024;

const WEIGHTS_FILE = 'weights.bin';

/**
 * Options of a session on the CPU. Spinning is off: threads that spin for work take cores from the socket
 * thread and from other sessions.
 */
export function sessionOptions(threads: number): OrtSessionOptions {
  return {
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: ORT_LOG_FATAL,
    extra: {
      'session.intra_op.allow_spinning': '0',
      'session.inter_op.allow_spinning': '0',
    },
  };
}

/** Options for a model that was saved optimized: optimizing it again would change nothing and take time. */
export function optimizedSessionOptions(threads: number): OrtSessionOptions {
  return { ...sessionOptions(threads), graphOptimizationLevel: 'disabled' };
}

/** Options that save the optimized model into `folder`, its weights in a file that is mapped when loaded. */
export function savingSessionOptions(threads: number, folder: string): OrtSessionOptions {
  const options = sessionOptions(threads);
  return {
    ...options,
    optimizedModelFilePath: join(folder, MODEL_FILE),
    extra: {
      ...options.extra,
      'session.optimized_model_external_initializers_file_name': WEIGHTS_FILE,
      'session.optimized_model_external_initializers_min_size_in_bytes': String(MIN_EXTERNAL_BYTES),
    },
  };
}

/**
 * Options of a session on other providers. Until it is told to end that, it writes which of them runs each node to a file
 * whose name begins with `profile`.
 */
export function acceleratedSessionOptions(
  threads: number,
  { providers, cpuFallback }: Accelerator,
  profile: string,
): OrtSessionOptions {
  const options = sessionOptions(threads);
  return {
    ...options,
    executionProviders: providers,
    enableProfiling: true,
    profileFilePrefix: profile,
    extra: { ...options.extra, ...(!cpuFallback && { 'session.disable_cpu_ep_fallback': '1' }) },
  };
}
