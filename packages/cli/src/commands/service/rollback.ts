import { Webservice } from '@slipway/sdk';
import { apiCommand, examples } from '../../command-line/define.ts';
import { seconds, wholeNumber } from '../../command-line/parsers.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { finishChange } from './finish-change.ts';

export function serviceRollback() {
  return apiCommand('rollback')
    .description(
      'Goes back to what an earlier revision ran, without a failed request; the number of replicas stays.',
    )
    .argument('<name>', 'name of the service')
    .option('--revision <number>', 'which one (default: the healthy one before this)', wholeNumber(1))
    .option('--no-wait', 'return as soon as the work has begun')
    .option('--timeout <time>', 'how long to wait, such as 90s or 10m; the work goes on after it', seconds)
    .addHelpText('after', examples('slipway service rollback digits'))
    .action((name, flags) =>
      performInWorkspace(flags, async (context) => {
        const service = await Webservice.get({ workspace: context.workspace, name });
        await service.rollback({ revision: flags.revision });
        await finishChange(service, `Rolling back ${name}`, flags, context);
      }),
    );
}
