import { apiCommand, examples } from '../../command-line/define.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { modelDetails } from '../../output/model.ts';
import { findModel } from './find-model.ts';

export function modelShow() {
  return apiCommand('show')
    .description('Shows a model: its files, tags, properties and relations.')
    .argument('<model>', 'name:version, or name for its newest version')
    .addHelpText('after', examples('slipway model show digits', 'slipway model show digits:2 --json'))
    .action((reference, options) =>
      performInWorkspace(options, async ({ workspace, output }) => {
        output.result((await findModel(workspace, reference)).toJSON(), modelDetails);
      }),
    );
}
