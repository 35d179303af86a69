import { Operation } from '@slipway/sdk';
import { apiCommand, examples } from '../../command-line/define.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { operationDetails } from '../../output/operation.ts';

export function operationShow() {
  return apiCommand('show')
    .description('Shows an operation and its log.')
    .argument('<id>', 'id of the operation')
    .addHelpText('after', examples('slipway operation show 0198c0de'))
    .action((id, options) =>
      performInWorkspace(options, async ({ workspace, output }) => {
        const operation = await Operation.get({ workspace, id });
        const log = await operation.log();
        output.result({ ...operation.toJSON(), log }, (value) =>
          [operationDetails(value), ...log.map(({ time, message }) => `${time}  ${message}`)].join('\n'),
        );
      }),
    );
}
