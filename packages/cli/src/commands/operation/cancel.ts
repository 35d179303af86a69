import { Operation } from '@slipway/sdk';
import { apiCommand, examples } from '../../command-line/define.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';

export function operationCancel() {
  return apiCommand('cancel')
    .description('Asks an operation to stop at its next safe point.')
    .argument('<id>', 'id of the operation')
    .addHelpText('after', examples('slipway operation cancel 0198c0de'))
    .action((id, options) =>
      performInWorkspace(options, async ({ workspace, output }) => {
        const operation = await (await Operation.get({ workspace, id })).cancel();
        output.result(operation.toJSON(), () => `Asked operation ${id} to stop.`);
      }),
    );
}
