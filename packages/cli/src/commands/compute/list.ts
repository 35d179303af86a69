import { ComputeTarget } from '@slipway/sdk';
import { apiCommand } from '../../command-line/define.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { computeTable } from '../../output/compute.ts';

export function computeList() {
  return apiCommand('list')
    .alias('ls')
    .description('Lists the compute targets, with what services have asked for and what there is.')
    .action((options) =>
      performInWorkspace(options, async ({ workspace, output }) => {
        const targets = await ComputeTarget.list({ workspace });
        output.result(
          targets.map((target) => target.toJSON()),
          computeTable,
        );
      }),
    );
}
