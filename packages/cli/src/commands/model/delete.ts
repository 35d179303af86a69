import { apiCommand, examples } from '../../command-line/define.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { findModel } from './find-model.ts';

export function modelDelete() {
  return apiCommand('delete')
    .alias('rm')
    .description('Deletes a model version; refused while a service uses it.')
    .argument('<model>', 'name:version, or name for its newest version')
    .addHelpText('after', examples('slipway model delete digits:1'))
    .action((reference, options) =>
      performInWorkspace(options, async ({ workspace, output }) => {
        const model = await findModel(workspace, reference);
        await model.delete();
        output.result({ id: model.id }, ({ id }) => `Deleted ${id}.`);
      }),
    );
}
