import type { BatchAccelerator } from '@slipway/contract';

/** How a model is to be loaded. */
export interface ModelLoad {
  /** Absolute path of the folder with the model. */
  readonly folder: string;
  /** Cores that one run may use. */
  readonly threads: number;
  readonly digest: string;
  readonly cacheDir: string;
  readonly accelerator?: BatchAccelerator | undefined;
  /** `false`: results are only counted. */
  readonly keepsResults: boolean;
}
