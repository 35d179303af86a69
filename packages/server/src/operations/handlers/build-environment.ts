import { SlipwayError } from '@slipway/contract';
import type { LocalEnvironments } from '../../environments/create-environments.ts';
import type { OperationHandler } from '../operation-context.ts';

/** Builds the environment that an operation names. What an earlier server began is begun anew, from the tools' caches. */
export function createBuildHandler({ build }: Pick<LocalEnvironments, 'build'>): OperationHandler {
  return async ({ operation, report, signal }) => {
    const id = operation.resource.slice('environments/'.length);
    try {
      const { packages, tool, python } = await build(operation.workspace, id, { report, signal });
      const of = python === null ? tool : `Python ${python}`;
      return `The environment ${id} is built: ${packages} ${packages === 1 ? 'package' : 'packages'} for ${of}.`;
    } catch (thrown) {
      if (!(thrown instanceof SlipwayError && thrown.details?.['environment'] === id)) throw thrown;
      throw new SlipwayError('cancelled', `The environment ${id} was deleted.`);
    }
  };
}
