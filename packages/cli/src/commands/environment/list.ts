import { Environment } from '@slipway/sdk';
import { apiCommand, examples } from '../../command-line/define.ts';
import { repeated } from '../../command-line/parsers.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { environmentTable } from '../../output/environment.ts';

export function environmentList() {
  return apiCommand('list')
    .alias('ls')
    .description('Lists environments, newest first.')
    .option('--name <name>', 'only the versions of this environment')
    .option('--tag <key[=value]>', 'only environments with this tag; may be repeated', repeated)
    .option('--latest', 'only the newest version of each name')
    .addHelpText('after', examples('slipway environment list --latest'))
    .action(({ name, tag, latest, ...options }) =>
      performInWorkspace(options, async ({ workspace, output }) => {
        const found = await Environment.list({ workspace, name, tags: tag, latest });
        output.result(
          found.map((one) => one.toJSON()),
          environmentTable,
        );
      }),
    );
}
