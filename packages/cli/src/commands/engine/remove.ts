import { Argument } from '@commander-js/extra-typings';
import { SlipwayError } from '@slipway/contract';
import { examples, localCommand } from '../../command-line/define.ts';
import { perform } from '../../command-line/perform.ts';
import { installedEngines, removeEngines } from '../../engine/installed-engines.ts';

export function engineRemove() {
  return localCommand('remove')
    .alias('rm')
    .description('Removes an engine, of all versions; replicas that run keep what they have loaded.')
    .addArgument(new Argument('<package>', 'what to remove').choices(['cuda'] as const))
    .addHelpText('after', examples('slipway engine remove cuda'))
    .action((name, options) =>
      perform(options, async ({ home, output }) => {
        const engines = (await installedEngines(home)).filter((engine) => engine.name === name);
        if (engines.length === 0) throw new SlipwayError('not_found', `No engine "${name}" is installed.`);
        await removeEngines(home, engines);
        output.result({ removed: engines }, () => `Removed ${name}.`);
      }),
    );
}
