import { type ReplicaModel, type ReplicaSpec, toSlipwayError } from '@slipway/contract';
import type { Log } from '../data-plane/log.ts';

/** The models of a spec that is written anew while its replica runs. */
export interface FollowedModels {
  /** Generation of the models that are worked towards. */
  generation(): number;
  /** Reads the spec now. What cannot be read is logged, and nothing changes. Does not wait for the models to be ready. */
  reload(): Promise<void>;
}

export function followModels(
  first: ReplicaSpec,
  readSpec: () => Promise<ReplicaSpec>,
  log: Log,
  setModels: (models: readonly ReplicaModel[]) => Promise<void> | undefined,
): FollowedModels {
  let { modelsGeneration: generation } = first;
  const failed = (thrown: unknown) =>
    log.error(
      { err: toSlipwayError(thrown) },
      'The new models of the spec cannot be used; those before it stay.',
    );

  return {
    generation: () => generation,
    async reload() {
      try {
        const { modelsGeneration, models } = await readSpec();
        if (modelsGeneration <= generation) return;
        generation = modelsGeneration;
        log.info(
          { generation, models: models.map(({ name, version }) => `${name}:${version}`) },
          'New models.',
        );
        setModels(models)?.catch(failed);
      } catch (thrown) {
        failed(thrown);
      }
    },
  };
}
