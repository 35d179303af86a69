import { apiCommand, examples } from '../../command-line/define.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';

export function workspaceUse() {
  return apiCommand('use')
    .description('Makes commands and programs in this folder, and below it, use a workspace.')
    .argument('<name>', 'name of the workspace')
    .addHelpText('after', examples('slipway workspace use vision'))
    .action((name, options) =>
      performInWorkspace({ ...options, workspace: name }, async ({ workspace, output }) => {
        const file = await workspace.writeConfig();
        output.result(
          { workspace: name, file },
          () => `Commands in this folder and below use workspace ${name} (${file}).`,
        );
      }),
    );
}
