import { apiCommand, examples } from '../../command-line/define.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { environmentDetails } from '../../output/environment.ts';
import { findEnvironment } from './find-environment.ts';

export function environmentShow() {
  return apiCommand('show')
    .description('Shows an environment, and every package that was built with its version and hashes.')
    .argument('<environment>', 'name:version, or name for its newest version')
    .addHelpText(
      'after',
      examples('slipway environment show myenv', 'slipway environment show myenv:1 --json'),
    )
    .action((reference, options) =>
      performInWorkspace(options, async ({ workspace, output }) => {
        const environment = await findEnvironment(workspace, reference);
        const lock = environment.built === undefined ? null : (await environment.lock()).lock;
        output.result({ ...environment.toJSON(), lock }, environmentDetails);
      }),
    );
}
