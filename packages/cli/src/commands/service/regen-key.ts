import { Argument } from '@commander-js/extra-typings';
import { Webservice } from '@slipway/sdk';
import { apiCommand, examples } from '../../command-line/define.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { keyDetails } from '../../output/keys.ts';

export function serviceRegenKey() {
  return apiCommand('regen-key')
    .description('Replaces one of the two keys; calls with the other go on, and no replica is restarted.')
    .argument('<name>', 'name of the service')
    .addArgument(new Argument('<key>', 'which key').choices(['primary', 'secondary'] as const))
    .option('--set <key>', 'use this key, of 16 to 256 characters, instead of a random one')
    .addHelpText('after', examples('slipway service regen-key digits primary'))
    .action((name, which, { set, ...options }) =>
      performInWorkspace(options, async ({ workspace, output }) => {
        const service = await Webservice.get({ workspace, name });
        output.result(await service.regenKey(which, set), keyDetails);
      }),
    );
}
