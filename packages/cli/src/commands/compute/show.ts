import { ComputeTarget } from '@slipway/sdk';
import { apiCommand, examples } from '../../command-line/define.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { computeDetails } from '../../output/compute.ts';

export function computeShow() {
  return apiCommand('show')
    .description('Shows a compute target.')
    .argument('<name>', 'name of the compute target')
    .addHelpText('after', examples('slipway compute show local'))
    .action((name, options) =>
      performInWorkspace(options, async ({ workspace, output }) => {
        output.result((await ComputeTarget.get({ workspace, name })).toJSON(), computeDetails);
      }),
    );
}
