import {
  type EngineProfile,
  type LaneChoice,
  type LoadedModel,
  type ReplicaLimits,
  type ReplicaModel,
  SlipwayError,
  STUCK_RUN_GRACE_MS,
} from '@slipway/contract';
import type { EngineName } from '../engines/engine.ts';
import { openEngine } from '../engines/open-engine.ts';
import { imageLimits } from '../images/image-limits.ts';
import type { PreprocessImages } from '../images/preprocess-images.ts';
import { draining, stuck } from '../scheduling/refusals.ts';
import { createRunSlots } from '../scheduling/run-slots.ts';
import { startWatchdog, type Watchdog } from '../scheduling/watchdog.ts';
import type { DataPlane, ModelRef } from './data-plane.ts';
import type { Log } from './log.ts';
import { type ServingContext, serveModel } from './serve-model.ts';
import type { ServedModel } from './served-model.ts';

export interface DataPlaneOptions {
  /** At least one; the first is the default. */
  readonly models: readonly ReplicaModel[];
  /** Cores the engines may use; threads are this number rounded up, and at most the machine's cores. */
  readonly cpuCores: number;
  readonly profile: EngineProfile;
  readonly lane: LaneChoice;
  readonly limits: ReplicaLimits;
  /** Absolute path of the folder for optimized models; made when it is needed. */
  readonly cacheDir: string;
  readonly log: Log;
  /**
   * Called once, when a run is past its deadline by `STUCK_RUN_GRACE_MS` or a worker thread was lost: from
   * then on the data plane refuses everything with `unavailable`, and only a new process can help.
   */
  readonly onStuck: (model: LoadedModel) => void;
  /** Called once, when all models are loaded and the last of them is about to be warmed up. */
  readonly onWarming?: () => void;
  /** What runs the models; ONNX Runtime when absent. */
  readonly engine?: EngineName;
}

/**
 * Loads and warms up the models and answers when all of them are ready. Throws `invalid_model` if one cannot
 * be read or run: that is permanent, starting again with the same files fails in the same way.
 */
export async function createDataPlane(options: DataPlaneOptions): Promise<DataPlane> {
  const { limits, log } = options;
  const engineName = options.engine ?? 'onnx';
  const served: ServedModel[] = [];
  let watchdog: Watchdog | undefined;
  let images: Promise<PreprocessImages> | undefined;
  let refusal: SlipwayError | undefined;
  let closing: Promise<void> | undefined;
  let warming = false;

  const refuse = (error: SlipwayError) => {
    refusal ??= error;
    for (const model of served) model.refuse(error);
  };
  const closeAll = async () => {
    await Promise.all(served.map((model) => model.close()));
    await watchdog?.close();
  };
  const context: ServingContext = {
    engineName,
    engine: await openEngine(engineName),
    cpuCores: options.cpuCores,
    profile: options.profile,
    lane: options.lane,
    limits,
    cacheDir: options.cacheDir,
    slots: createRunSlots(limits.maxConcurrentRequests),
    log,
    watchdog: () => {
      watchdog ??= startWatchdog(limits.scoringTimeoutMs + STUCK_RUN_GRACE_MS);
      return watchdog;
    },
    images: () => {
      images ??= openImages(limits, options.cpuCores);
      return images;
    },
    onLoaded(model) {
      if (warming || model !== options.models.at(-1)) return;
      warming = true;
      options.onWarming?.();
    },
    onBroken(model, error) {
      log.error(
        { model: model.name, err: error },
        'The model can run no more; the replica must be replaced.',
      );
      const first = refusal === undefined;
      refuse(stuck(model.name));
      const loaded = served.find((one) => one.loaded.name === model.name)?.loaded;
      if (first && loaded !== undefined) options.onStuck(loaded);
    },
  };

  try {
    for (const model of options.models) served.push(await serveModel(model, context));
  } catch (thrown) {
    await closeAll();
    throw thrown;
  }

  return {
    models: served.map(({ loaded }) => loaded),
    find(ref) {
      const found = findModel(served, ref);
      return found instanceof SlipwayError ? found : found.loaded;
    },
    infer(request) {
      const found = refusal ?? findModel(served, request);
      return found instanceof SlipwayError ? Promise.reject(found) : found.submit(request);
    },
    load() {
      let inFlight = 0;
      let queued = 0;
      for (const model of served) {
        const load = model.load();
        inFlight += load.inFlight;
        queued += load.queued;
      }
      return { inFlight, queued };
    },
    async drain(signal) {
      refusal ??= draining();
      closing ??= closeAll();
      await givenUpOn(signal, closing);
    },
  };
}

function findModel(served: readonly ServedModel[], { model, version }: ModelRef): ServedModel | SlipwayError {
  const found = served.find(
    ({ loaded }) =>
      (model === undefined || loaded.name === model) && (version === undefined || loaded.version === version),
  );
  if (found !== undefined) return found;
  const wanted =
    version === undefined ? `"${model}"` : `"${model ?? served[0]?.loaded.name}" version ${version}`;
  const names = served.map(({ loaded }) => `${loaded.name}:${loaded.version}`);
  return new SlipwayError('not_found', `The service has no model ${wanted}; it has ${names.join(', ')}.`, {
    details: { models: names },
  });
}

/** The decoder is loaded only for a model that wants it: most have no images. */
async function openImages(limits: ReplicaLimits, cpuCores: number): Promise<PreprocessImages> {
  const { createImagePreprocessor } = await import('../images/preprocess-images.ts');
  return createImagePreprocessor(imageLimits(limits, cpuCores));
}

async function givenUpOn(signal: AbortSignal, work: Promise<void>): Promise<void> {
  const givenUp = Promise.withResolvers<never>();
  const giveUp = () =>
    givenUp.reject(
      new SlipwayError('deadline_exceeded', 'Runs did not end within the grace period of the drain.'),
    );
  if (signal.aborted) giveUp();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await Promise.race([work, givenUp.promise]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
