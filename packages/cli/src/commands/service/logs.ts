import { SlipwayError } from '@slipway/contract';
import { Webservice } from '@slipway/sdk';
import { apiCommand, examples } from '../../command-line/define.ts';
import { wholeNumber } from '../../command-line/parsers.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';

/** As many as Azure's `get_logs` gives. */
const DEFAULT_TAIL = 5000;

export function serviceLogs() {
  return apiCommand('logs')
    .description('Prints the logs of all replicas of a service.')
    .argument('<name>', 'name of the service')
    .option('-f, --follow', 'go on with new lines until Ctrl-C')
    .option('--tail <lines>', 'how many of the last lines', wholeNumber(0), DEFAULT_TAIL)
    .addHelpText('after', examples('slipway service logs digits --tail 50', 'slipway service logs digits -f'))
    .action((name, { follow, tail, ...options }) =>
      performInWorkspace(options, async ({ workspace, output }) => {
        const service = await Webservice.get({ workspace, name });
        if (follow !== true) {
          const logs = await service.getLogs({ numLines: tail });
          return output.result({ logs }, () => logs.trimEnd());
        }
        if (options.json === true) throw followIsNoDocument();
        for await (const { replica, line } of service.followLogs({ numLines: tail })) {
          process.stdout.write(`[${replica}] ${line}\n`);
        }
      }),
    );
}

function followIsNoDocument(): SlipwayError {
  return new SlipwayError(
    'invalid_argument',
    '--follow never ends, so it cannot print one JSON document: leave out --json or --follow.',
  );
}
