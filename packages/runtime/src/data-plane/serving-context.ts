import type { EngineProfile, LaneChoice, ReplicaLimits, ReplicaModel, SlipwayError } from '@slipway/contract';
import type { Accelerator, Engine, EngineName } from '../engines/engine.ts';
import type { PreprocessImages } from '../images/preprocess-images.ts';
import type { RunSlots } from '../scheduling/run-slots.ts';
import type { Watchdog } from '../scheduling/watchdog.ts';
import type { Log } from './log.ts';

/** What all models of a replica share. */
export interface ServingContext {
  readonly engineName: EngineName;
  readonly engine: Engine;
  readonly cpuCores: number;
  readonly profile: EngineProfile;
  readonly lane: LaneChoice;
  readonly limits: ReplicaLimits;
  readonly cacheDir: string;
  /** Absent: the CPU. */
  readonly accelerator?: Accelerator | undefined;
  readonly slots: RunSlots;
  readonly log: Log;
  /** The watchdog of the socket thread, started when it is first asked for. */
  readonly watchdog: () => Watchdog;
  /** What makes tensors of callers' images, loaded when it is first asked for. */
  readonly images: () => Promise<PreprocessImages>;
  /** Called when a model is loaded and about to be warmed up, once for each thread that tries it. */
  readonly onLoaded: (model: ReplicaModel) => void;
  readonly onBroken: (model: ReplicaModel, error: SlipwayError) => void;
}
