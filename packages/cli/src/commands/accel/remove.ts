import { SlipwayError } from '@slipway/contract';
import { examples, localCommand } from '../../command-line/define.ts';
import { perform } from '../../command-line/perform.ts';
import { requireNetwork } from './network.ts';

export function accelRemove() {
  return localCommand('remove')
    .alias('rm')
    .description('Removes weights from the home folder; models that were built of them keep what they have.')
    .argument('<network>', 'resnet50, resnet152, densenet121, vgg16 or ssdvgg')
    .option('--weights-version <version>', 'these alone; all versions by default')
    .addHelpText(
      'after',
      examples('slipway accel remove resnet50', 'slipway accel remove resnet50 --weights-version 1.1.2'),
    )
    .action((network, { weightsVersion, ...options }) =>
      perform(options, async ({ home, output }) => {
        const { listWeights, removeWeights } = await import('@slipway/accel');
        const name = await requireNetwork(network);
        const removed = (await listWeights(home)).filter(
          (each) =>
            each.network === name && (weightsVersion === undefined || each.version === weightsVersion),
        );
        if (removed.length === 0) {
          const which = weightsVersion === undefined ? '' : ` of version ${weightsVersion}`;
          throw new SlipwayError('not_found', `There are no weights of ${name}${which} in ${home}.`);
        }
        for (const each of removed) await removeWeights(each);
        output.result(
          { removed },
          () => `Removed ${removed.map(({ version }) => `${name} ${version}`).join(', ')}.`,
        );
      }),
    );
}
