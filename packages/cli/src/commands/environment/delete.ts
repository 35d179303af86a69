import { apiCommand, examples } from '../../command-line/define.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { findEnvironment } from './find-environment.ts';

export function environmentDelete() {
  return apiCommand('delete')
    .alias('rm')
    .description('Deletes an environment version; refused while a service runs in it.')
    .argument('<environment>', 'name:version, or name for its newest version')
    .addHelpText('after', examples('slipway environment delete myenv:1'))
    .action((reference, options) =>
      performInWorkspace(options, async ({ workspace, output }) => {
        const environment = await findEnvironment(workspace, reference);
        await environment.delete();
        output.result({ id: environment.id }, ({ id }) => `Deleted ${id}.`);
      }),
    );
}
