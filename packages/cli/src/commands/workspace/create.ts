import { apiCommand, examples } from '../../command-line/define.ts';
import { pair } from '../../command-line/parsers.ts';
import { performOnControlPlane } from '../../command-line/perform-api.ts';

export function workspaceCreate() {
  return apiCommand('create')
    .description('Makes a workspace.')
    .argument('<name>', 'name of the workspace')
    .option('--description <text>', 'what it is for')
    .option('--tag <key=value>', 'a tag; may be repeated', pair)
    .addHelpText('after', examples('slipway workspace create vision --description "Cameras of hall 3"'))
    .action((name, { description, tag, ...options }) =>
      performOnControlPlane(options, async ({ controlPlane, output }) => {
        const made = await controlPlane.createWorkspace({
          name,
          ...(description !== undefined && { description }),
          ...(tag !== undefined && { tags: tag }),
        });
        output.result(made.toJSON(), () => `Made workspace ${name}.`);
      }),
    );
}
