import { Webservice } from '@slipway/sdk';
import { apiCommand, examples } from '../../command-line/define.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';

export function serviceToken() {
  return apiCommand('token')
    .description('Makes a token for calling a service that uses tokens.')
    .argument('<name>', 'name of the service')
    .addHelpText('after', examples('slipway service token digits'))
    .action((name, options) =>
      performInWorkspace(options, async ({ workspace, output }) => {
        const service = await Webservice.get({ workspace, name });
        output.result(await service.getToken(), ({ accessToken }) => accessToken);
      }),
    );
}
