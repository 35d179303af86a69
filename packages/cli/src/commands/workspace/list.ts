import { apiCommand } from '../../command-line/define.ts';
import { performOnControlPlane } from '../../command-line/perform-api.ts';
import { workspaceTable } from '../../output/workspace.ts';

export function workspaceList() {
  return apiCommand('list')
    .alias('ls')
    .description('Lists the workspaces.')
    .action((options) =>
      performOnControlPlane(options, async ({ controlPlane, output }) => {
        const workspaces = await controlPlane.workspaces();
        output.result(
          workspaces.map((workspace) => workspace.toJSON()),
          workspaceTable,
        );
      }),
    );
}
