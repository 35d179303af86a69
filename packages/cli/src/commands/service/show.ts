import { Webservice } from '@slipway/sdk';
import { apiCommand, examples } from '../../command-line/define.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { serviceDetails } from '../../output/service.ts';

export function serviceShow() {
  return apiCommand('show')
    .description('Shows a service: state, addresses, models, resources.')
    .argument('<name>', 'name of the service')
    .addHelpText('after', examples('slipway service show digits'))
    .action((name, options) =>
      performInWorkspace(options, async ({ workspace, output }) => {
        output.result((await Webservice.get({ workspace, name })).toJSON(), serviceDetails);
      }),
    );
}
