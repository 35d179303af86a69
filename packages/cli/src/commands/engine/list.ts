import { ENGINE_VERSION } from '@slipway/contract';
import { examples, localCommand } from '../../command-line/define.ts';
import { perform } from '../../command-line/perform.ts';
import { type InstalledEngine, installedEngines } from '../../engine/installed-engines.ts';
import { bytes } from '../../output/format.ts';
import { table } from '../../output/table.ts';

export function engineList() {
  return localCommand('list')
    .alias('ls')
    .description('Lists the engines that are installed in the home folder.')
    .addHelpText('after', examples('slipway engine list'))
    .action((options) =>
      perform(options, async ({ home, output }) => {
        output.result(await installedEngines(home), describeEngines);
      }),
    );
}

function describeEngines(engines: readonly InstalledEngine[]): string {
  return table(
    engines,
    {
      name: ({ name }) => name,
      version: ({ version }) => version,
      providers: ({ providers }) => providers.join(', '),
      used: ({ current }) => (current ? 'yes' : `no, this Slipway uses ${ENGINE_VERSION}`),
      size: (engine) => bytes(engine.bytes),
      folder: ({ folder }) => folder,
    },
    'No engine is installed besides the one that comes with Slipway: "slipway engine install cuda" brings the libraries of NVIDIA GPUs.',
  );
}
