import { Webservice } from '@slipway/sdk';
import { apiCommand, examples } from '../../command-line/define.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { showOperation } from '../../output/operation-progress.ts';

export function serviceDelete() {
  return apiCommand('delete')
    .alias('rm')
    .description('Deletes a service: requests that run are answered, then its replicas end.')
    .argument('<name>', 'name of the service')
    .addHelpText('after', examples('slipway service delete digits'))
    .action((name, options) =>
      performInWorkspace(options, async ({ workspace, output, progress }) => {
        const service = await Webservice.get({ workspace, name });
        await service.delete({ onProgress: showOperation(progress, `Deleting ${name}`) });
        output.result({ name }, () => `Deleted service ${name}.`);
      }),
    );
}
