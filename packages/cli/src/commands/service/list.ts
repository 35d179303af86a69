import { Webservice } from '@slipway/sdk';
import { apiCommand, examples } from '../../command-line/define.ts';
import { repeated } from '../../command-line/parsers.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { serviceTable } from '../../output/service.ts';

export function serviceList() {
  return apiCommand('list')
    .alias('ls')
    .description('Lists the services with their state.')
    .option('--model <model>', 'only services of this model, name or name:version')
    .option('--target <name>', 'only services on this compute target')
    .option('--tag <key[=value]>', 'only services with this tag; may be repeated', repeated)
    .option('--property <key[=value]>', 'only services with this property; may be repeated', repeated)
    .addHelpText('after', examples('slipway service list', 'slipway service list --model digits --json'))
    .action(({ model, target, tag, property, ...options }) =>
      performInWorkspace(options, async ({ workspace, output }) => {
        const services = await Webservice.list({
          workspace,
          model,
          computeTarget: target,
          tags: tag,
          properties: property,
        });
        output.result(
          services.map((service) => service.toJSON()),
          serviceTable,
        );
      }),
    );
}
