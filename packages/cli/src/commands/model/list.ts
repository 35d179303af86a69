import { Model } from '@slipway/sdk';
import { apiCommand, examples } from '../../command-line/define.ts';
import { repeated } from '../../command-line/parsers.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { modelTable } from '../../output/model.ts';

export function modelList() {
  return apiCommand('list')
    .alias('ls')
    .description('Lists models, newest first.')
    .option('--name <name>', 'only the versions of this model')
    .option('--framework <name>', 'only models of this framework')
    .option('--tag <key[=value]>', 'only models with this tag; may be repeated', repeated)
    .option('--property <key[=value]>', 'only models with this property; may be repeated', repeated)
    .option('--latest', 'only the newest version of each name')
    .addHelpText(
      'after',
      examples('slipway model list --latest', 'slipway model list --tag stage=prod --json'),
    )
    .action((options) =>
      performInWorkspace(options, async ({ workspace, output }) => {
        const models = await Model.list({
          workspace,
          name: options.name,
          framework: options.framework,
          tags: options.tag,
          properties: options.property,
          latest: options.latest,
        });
        output.result(
          models.map((model) => model.toJSON()),
          modelTable,
        );
      }),
    );
}
