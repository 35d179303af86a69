import { SlipwayError } from '@slipway/contract';
import { apiCommand, examples } from '../../command-line/define.ts';
import { pair } from '../../command-line/parsers.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { findModel } from './find-model.ts';

export function modelUpdate() {
  return apiCommand('update')
    .description(
      'Changes what may change of a model. Tags given here replace all it had; properties are added.',
    )
    .argument('<model>', 'name:version, or name for its newest version')
    .option('--tag <key=value>', 'a tag; may be repeated', pair)
    .option('--add-property <key=value>', 'a new property; may be repeated', pair)
    .option('--description <text>', 'what it is')
    .addHelpText('after', examples('slipway model update digits:1 --tag stage=prod'))
    .action((reference, { tag, addProperty, description, ...options }) =>
      performInWorkspace(options, async ({ workspace, output }) => {
        if (tag === undefined && addProperty === undefined && description === undefined) {
          throw new SlipwayError(
            'invalid_argument',
            'Nothing to change: give at least one of --tag, --add-property and --description.',
          );
        }
        const model = await findModel(workspace, reference);
        if (tag !== undefined || description !== undefined)
          await model.update({
            ...(tag && { tags: tag }),
            ...(description !== undefined && { description }),
          });
        if (addProperty !== undefined) await model.addProperties(addProperty);
        output.result(model.toJSON(), ({ id }) => `Updated ${id}.`);
      }),
    );
}
