import { Webservice } from '@slipway/sdk';
import { examples } from '../../command-line/define.ts';
import { deploymentCommand, deploymentConfig } from '../../command-line/deployment-options.ts';
import { modelChoices } from '../../command-line/model-choices.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { inferenceConfig } from '../../command-line/script-options.ts';
import { showRegistration } from '../../output/registration-progress.ts';
import { finishChange } from './finish-change.ts';

export function serviceUpdate() {
  return deploymentCommand('update')
    .description(
      'Changes a service without a failed request. What is not named stays; tags replace all it had.',
    )
    .argument('<name>', 'name of the service')
    .addHelpText(
      'after',
      examples(
        'slipway service update digits --model digits:2',
        'slipway service update digits --replicas 3',
        'slipway service update digits --entry-script score.py --source-dir ./src',
      ),
    )
    .action((name, flags) =>
      performInWorkspace(flags, async (context) => {
        const service = await Webservice.get({ workspace: context.workspace, name });
        await service.update({
          models: flags.model && modelChoices(flags.model, flags),
          inferenceConfig: await inferenceConfig(flags, context.progress.note),
          onProgress: showRegistration(context.progress),
          replace: flags.replace,
          deploymentConfig: await deploymentConfig(flags, 'update'),
          description: flags.description,
          tags: flags.tag,
          properties: flags.property,
        });
        await finishChange(service, `Updating ${name}`, flags, context);
      }),
    );
}
