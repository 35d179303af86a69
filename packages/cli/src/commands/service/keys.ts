import { Webservice } from '@slipway/sdk';
import { apiCommand, examples } from '../../command-line/define.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { keyDetails } from '../../output/keys.ts';

export function serviceKeys() {
  return apiCommand('keys')
    .description('Shows the two keys of a service; either is good for calling it.')
    .argument('<name>', 'name of the service')
    .addHelpText('after', examples('slipway service keys digits', 'slipway service keys digits --json'))
    .action((name, options) =>
      performInWorkspace(options, async ({ workspace, output }) => {
        const service = await Webservice.get({ workspace, name });
        output.result(await service.getKeys(), keyDetails);
      }),
    );
}
