import { Webservice } from '@slipway/sdk';
import { apiCommand, examples } from '../../command-line/define.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { revisionTable } from '../../output/service.ts';

export function serviceRevisions() {
  return apiCommand('revisions')
    .description('Lists what a service was to run, newest first.')
    .argument('<name>', 'name of the service')
    .addHelpText('after', examples('slipway service revisions digits'))
    .action((name, options) =>
      performInWorkspace(options, async ({ workspace, output }) => {
        const service = await Webservice.get({ workspace, name });
        output.result(await service.revisions(), revisionTable);
      }),
    );
}
