import type { PulledWeights } from '@slipway/accel';
import { examples, localCommand } from '../../command-line/define.ts';
import { perform } from '../../command-line/perform.ts';
import { bytes } from '../../output/format.ts';
import { table } from '../../output/table.ts';

export function accelList() {
  return localCommand('list')
    .alias('ls')
    .description('Lists the weights of accelerated networks that are in the home folder.')
    .addHelpText('after', examples('slipway accel list'))
    .action((options) =>
      perform(options, async ({ home, output }) => {
        const { listWeights } = await import('@slipway/accel');
        output.result(await listWeights(home), describeWeights);
      }),
    );
}

function describeWeights(weights: readonly PulledWeights[]): string {
  return table(
    weights,
    {
      network: ({ network }) => network,
      version: ({ version }) => version,
      for: ({ quantized }) => (quantized ? 'quantized' : 'float'),
      layout: ({ layout }) => layout,
      weights: ({ origin, part }) => (part === 'featurizer' ? `${origin}, no classifier` : origin),
      licence: ({ licence }) => licence?.id ?? '-',
      size: (each) => bytes(each.bytes),
    },
    'No weights are in the home folder: "slipway accel pull resnet50" brings some.',
  );
}
