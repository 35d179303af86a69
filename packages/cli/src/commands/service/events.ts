import { Webservice } from '@slipway/sdk';
import { apiCommand, examples } from '../../command-line/define.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { eventTable } from '../../output/service.ts';

export function serviceEvents() {
  return apiCommand('events')
    .description('Lists what happened to a service, newest first.')
    .argument('<name>', 'name of the service')
    .addHelpText('after', examples('slipway service events digits'))
    .action((name, options) =>
      performInWorkspace(options, async ({ workspace, output }) => {
        const service = await Webservice.get({ workspace, name });
        output.result(await service.events(), eventTable);
      }),
    );
}
