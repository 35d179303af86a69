import { Operation } from '@slipway/sdk';
import { apiCommand, examples } from '../../command-line/define.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { operationTable } from '../../output/operation.ts';

export function operationList() {
  return apiCommand('list')
    .alias('ls')
    .description('Lists operations, newest first.')
    .option('--service <name>', 'only those of this service')
    .addHelpText('after', examples('slipway operation list --service digits'))
    .action(({ service, ...options }) =>
      performInWorkspace(options, async ({ workspace, output }) => {
        const resource = service === undefined ? undefined : `services/${service}`;
        const operations = await Operation.list({ workspace, resource });
        output.result(
          operations.map((operation) => operation.toJSON()),
          operationTable,
        );
      }),
    );
}
