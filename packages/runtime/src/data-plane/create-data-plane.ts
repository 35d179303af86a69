import {
  type EngineProfile,
  type LaneChoice,
  type LoadedModel,
  type ReplicaLimits,
  type ReplicaModel,
  SlipwayError,
} from '@slipway/contract';
import type { EngineName } from '../engines/engine.ts';
import { onnxEngine } from '../engines/onnx/onnx-engine.ts';
import { fitInputs } from '../models/fit-inputs.ts';
import type { DataPlane } from './data-plane.ts';
import type { Log } from './log.ts';

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
   * Called once, when a run is past its deadline by `STUCK_RUN_GRACE_MS`: from then on the data plane refuses
   * everything with `unavailable`, and only a new process can help.
   */
  readonly onStuck: (model: LoadedModel) => void;
  /** What runs the models; ONNX Runtime when absent. */
  readonly engine?: EngineName;
}

/**
 * Loads and warms up the models and answers when all of them are ready. Throws `invalid_model` if one cannot
 * be read or run: that is permanent, starting again with the same files fails in the same way.
 */
export async function createDataPlane(options: DataPlaneOptions): Promise<DataPlane> {
  const sessions = options.models.map((model) => {
    const facts = onnxEngine.inspect(model.path);
    const started = performance.now();
    const session = onnxEngine.load(facts, { threads: 1, digest: model.digest, cacheDir: options.cacheDir });
    const loaded: LoadedModel = {
      name: model.name,
      version: model.version,
      signature: session.signature,
      lane: 'inline',
      workers: 0,
      threads: 1,
      loadMs: performance.now() - started,
      warmRunMs: 0,
    };
    return { loaded, session };
  });

  return {
    models: sessions.map(({ loaded }) => loaded),
    async infer(request) {
      const served = sessions.find(
        ({ loaded }) => request.model === undefined || loaded.name === request.model,
      );
      if (served === undefined) {
        throw new SlipwayError('not_found', `The service has no model "${request.model}".`);
      }
      const { session, loaded } = served;
      const inputs = fitInputs(session.signature, request.inputs);
      if (inputs instanceof SlipwayError) throw inputs;
      const started = performance.now();
      const outputs = session.run(
        inputs,
        request.outputs ?? session.signature.outputs.map(({ name }) => name),
      );
      const timing = { queueMs: 0, runMs: performance.now() - started, batchSize: 1 };
      return { model: loaded.name, version: loaded.version, outputs, timing };
    },
    load: () => ({ inFlight: 0, queued: 0 }),
    async drain() {
      for (const { session } of sessions) session.close();
    },
  };
}
