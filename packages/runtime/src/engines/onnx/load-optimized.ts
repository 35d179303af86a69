import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { version } from 'onnxruntime-node/dist/version.js';
import { cacheKey, readCpuFlags } from '../../cache/cache-key.ts';
import { createModelCache, MODEL_FILE } from '../../cache/model-cache.ts';
import { CPU_PLACEMENT } from '../cpu-placement.ts';
import type { LoadOptions, ModelFacts, Placement } from '../engine.ts';
import { CARRIED_ENDS_FORMAT, withCarriedEnds } from './carried-ends.ts';
import { type OrtSession, type OrtSessionOptions, ortBinding } from './ort-binding.ts';
import { readableOrtMessage } from './ort-message.ts';
import { optimizedSessionOptions, savingSessionOptions, sessionOptions } from './session-options.ts';

/** Below this many bytes a model is loaded as it is: that takes less time than making and checking an entry. */
const MIN_CACHED_BYTES = 16_000_000;

/** To be counted up when what is saved, or how, changes. */
const FORMAT = 'optimized all, external data, format 1';

/** A loaded model, and what whoever runs it should know of the way it was loaded. */
export interface LoadedSession {
  readonly native: OrtSession;
  readonly notes: readonly string[];
  /** As of `EngineSession`. */
  placement(): Placement;
  close(): void;
}

/** Loads a model for the CPU, from the cache of optimized models where that is faster. Throws what ONNX Runtime throws. */
export function loadSession(facts: ModelFacts, options: LoadOptions): LoadedSession {
  if (facts.bytes < MIN_CACHED_BYTES) return onCpu(openUnoptimized(facts, options), []);
  try {
    return onCpu(openOptimized(facts, options), []);
  } catch (thrown) {
    // If the model is to blame and not the cache, it throws here again.
    const native = openUnoptimized(facts, options);
    const reason = readableOrtMessage(thrown);
    return onCpu(native, [`The optimized model could not be kept in ${options.cacheDir}: ${reason}`]);
  }
}

function onCpu(native: OrtSession, notes: readonly string[]): LoadedSession {
  return { native, notes, placement: () => CPU_PLACEMENT, close: () => native.dispose() };
}

function openUnoptimized(facts: ModelFacts, { threads }: LoadOptions): OrtSession {
  return withCarriedEnds(facts, tmpdir(), (file) => open(file, sessionOptions(threads)));
}

/** A new entry is loaded instead of keeping the session that made it, so that its weights are mapped and shared. */
function openOptimized(facts: ModelFacts, options: LoadOptions): OrtSession {
  const { digest, threads } = options;
  const cache = createModelCache(options.cacheDir);
  const format = facts.bfloats === undefined ? FORMAT : `${FORMAT}, ${CARRIED_ENDS_FORMAT}`;
  const key = cacheKey({ digest, engineVersion: version, cpuFlags: readCpuFlags(), options: format });
  const found = cache.find(key);
  const native = found === undefined ? undefined : openEntry(found, threads);
  if (native !== undefined) return native;
  cache.remove(key);
  const entry = cache.add(key, (folder) =>
    withCarriedEnds(facts, folder, (file) => open(file, savingSessionOptions(threads, folder)).dispose()),
  );
  return open(join(entry, MODEL_FILE), optimizedSessionOptions(threads));
}

/** `undefined` if the entry cannot be loaded after all. */
function openEntry(folder: string, threads: number): OrtSession | undefined {
  try {
    return open(join(folder, MODEL_FILE), optimizedSessionOptions(threads));
  } catch {
    // It is made again from the model itself, which decides whether anything is wrong.
    return undefined;
  }
}

function open(file: string, options: OrtSessionOptions): OrtSession {
  const native = new (ortBinding().binding.InferenceSession)();
  native.loadModel(file, options);
  return native;
}
