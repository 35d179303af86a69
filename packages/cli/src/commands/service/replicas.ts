import { Webservice } from '@slipway/sdk';
import { apiCommand, examples } from '../../command-line/define.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { replicaTable } from '../../output/service.ts';

export function serviceReplicas() {
  return apiCommand('replicas')
    .description('Lists the processes that serve a service.')
    .argument('<name>', 'name of the service')
    .addHelpText('after', examples('slipway service replicas digits'))
    .action((name, options) =>
      performInWorkspace(options, async ({ workspace, output }) => {
        const service = await Webservice.get({ workspace, name });
        output.result(await service.replicas(), replicaTable);
      }),
    );
}
