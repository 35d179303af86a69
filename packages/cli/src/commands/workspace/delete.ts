import { apiCommand, examples } from '../../command-line/define.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';

export function workspaceDelete() {
  return apiCommand('delete')
    .alias('rm')
    .description('Deletes a workspace; refused while it has models or services.')
    .argument('<name>', 'name of the workspace')
    .addHelpText('after', examples('slipway workspace delete vision'))
    .action((name, options) =>
      performInWorkspace({ ...options, workspace: name }, async ({ workspace, output }) => {
        await workspace.delete();
        output.result({ name }, () => `Deleted workspace ${name}.`);
      }),
    );
}
