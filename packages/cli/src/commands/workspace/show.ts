import { apiCommand, examples } from '../../command-line/define.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { workspaceDetails } from '../../output/workspace.ts';

export function workspaceShow() {
  return apiCommand('show')
    .description('Shows a workspace; without a name, the one that commands here use.')
    .argument('[name]', 'name of the workspace')
    .addHelpText('after', examples('slipway workspace show'))
    .action((name, options) =>
      performInWorkspace(
        { ...options, workspace: name ?? options.workspace },
        async ({ workspace, output }) => {
          output.result(workspace.toJSON(), workspaceDetails);
        },
      ),
    );
}
