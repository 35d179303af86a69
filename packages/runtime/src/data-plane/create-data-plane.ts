import {
  type EngineProfile,
  type LaneChoice,
  type LoadedModel,
  type ReplicaLimits,
  type ReplicaModel,
  SlipwayError,
  STUCK_RUN_GRACE_MS,
} from '@slipway/contract';
import type { Accelerator, EngineName } from '../engines/engine.ts';
import { openEngine } from '../engines/open-engine.ts';
import { imageLimits } from '../images/image-limits.ts';
import type { PreprocessImages } from '../images/preprocess-images.ts';
import { findVersion } from '../models/plan-versions.ts';
import { draining, stuck } from '../scheduling/refusals.ts';
import { createRunSlots } from '../scheduling/run-slots.ts';
import { startWatchdog, type Watchdog } from '../scheduling/watchdog.ts';
import type { DataPlane } from './data-plane.ts';
import type { Log } from './log.ts';
import { serveModel } from './serve-model.ts';
import type { ServingContext } from './serving-context.ts';
import { createVersionSet } from './version-set.ts';

export interface DataPlaneOptions {
  /** At least one; the first is the default. */
  readonly models: readonly ReplicaModel[];
  /** Another name of the default model, where no model is called so. */
  readonly service?: string | undefined;
  /** Cores the engines may use; threads are this number rounded up, and at most the machine's cores. */
  readonly cpuCores: number;
  readonly profile: EngineProfile;
  readonly lane: LaneChoice;
  readonly limits: ReplicaLimits;
  /** Absolute path of the folder for optimized models; made when it is needed. */
  readonly cacheDir: string;
  /** Absent: the models run on the CPU. */
  readonly accelerator?: Accelerator | undefined;
  readonly log: Log;
  /**
   * Called once, when a run is past its deadline by `STUCK_RUN_GRACE_MS` or a worker thread was lost: from
   * then on the data plane refuses everything with `unavailable`, and only a new process can help.
   */
  readonly onStuck: (model: LoadedModel) => void;
  /** Called once, when all models are loaded and the last of them is about to be warmed up. */
  readonly onWarming?: () => void;
  /** Called after every change of what versions there are and how they stand. */
  readonly onVersions?: () => void;
  /** What runs the models; ONNX Runtime when absent. */
  readonly engine?: EngineName;
}

/**
 * Loads and warms up the models and answers when each has a version that is ready. Throws `invalid_model` if one has
 * none that can be read and run: that is permanent, starting again with the same files fails in the same way.
 */
export async function createDataPlane(options: DataPlaneOptions): Promise<DataPlane> {
  const { limits, log } = options;
  const engineName = options.engine ?? 'onnx';
  const last = options.models.at(-1);
  let watchdog: Watchdog | undefined;
  let images: Promise<PreprocessImages> | undefined;
  let refusal: SlipwayError | undefined;
  let closing: Promise<void> | undefined;
  let warming = false;

  const versions = createVersionSet({
    models: options.models,
    service: options.service,
    serve: (model, beside) => serveModel(model, context, beside),
    log,
    changed: () => options.onVersions?.(),
  });
  const refuse = (error: SlipwayError) => {
    refusal ??= error;
    for (const model of versions.served()) model.refuse(error);
  };
  const closeAll = async () => {
    await versions.close();
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
    accelerator: options.accelerator,
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
      if (warming || model !== last) return;
      warming = true;
      options.onWarming?.();
    },
    onBroken({ name, version }, error) {
      log.error(
        { model: name, version, err: error },
        'The model can run no more; the replica must be replaced.',
      );
      const first = refusal === undefined;
      const broken = findVersion(
        versions.served().map(({ loaded }) => loaded),
        { name, version },
      );
      refuse(stuck(name));
      if (first && broken !== undefined) options.onStuck(broken);
    },
  };

  try {
    await versions.open();
  } catch (thrown) {
    await closeAll();
    throw thrown;
  }

  return {
    get models() {
      return versions.table().models;
    },
    states: versions.states,
    nameOf: (asked) => versions.table().nameOf(asked),
    find(ref) {
      const found = versions.table().find(ref);
      return found instanceof SlipwayError ? found : found.loaded;
    },
    infer(request) {
      const found = refusal ?? versions.table().find(request);
      return found instanceof SlipwayError ? Promise.reject(found) : found.submit(request);
    },
    loads: () =>
      versions.served().map((model) => {
        const { name, version } = model.loaded;
        return { name, version, ...model.load() };
      }),
    setModels: versions.setModels,
    loadModel: (name, version) => versions.loadModel(versions.table().nameOf(name), version),
    unloadModel: (name, version) => versions.unloadModel(versions.table().nameOf(name), version),
    async drain(signal) {
      refusal ??= draining();
      closing ??= closeAll();
      await givenUpOn(signal, closing);
    },
  };
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
