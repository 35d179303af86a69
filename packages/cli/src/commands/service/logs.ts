import { SlipwayError } from '@slipway/contract';
import { Webservice } from '@slipway/sdk';
import { apiCommand, examples } from '../../command-line/define.ts';
import { seconds, wholeNumber } from '../../command-line/parsers.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';

/** As many as Azure's `get_logs` gives. */
const DEFAULT_TAIL = 5000;

export function serviceLogs() {
  return apiCommand('logs')
    .description('Prints the logs of the replicas of a service.')
    .argument('<name>', 'name of the service')
    .option('-f, --follow', 'go on with new lines until Ctrl-C')
    .option('--tail <lines>', 'how many of the last lines', wholeNumber(0), DEFAULT_TAIL)
    .option('--replica <id>', 'of this replica alone')
    .option('--since <time>', 'of the last 90s, 10m or 2h', seconds)
    .option('--init', 'what replicas wrote until they were ready')
    .addHelpText(
      'after',
      examples(
        'slipway service logs digits --tail 50',
        'slipway service logs digits --since 10m -f',
        'slipway service logs digits --init',
      ),
    )
    .action((name, { follow, tail, replica, since: lastSeconds, init, ...options }) =>
      performInWorkspace(options, async ({ workspace, output }) => {
        const service = await Webservice.get({ workspace, name });
        const since = lastSeconds === undefined ? undefined : new Date(Date.now() - lastSeconds * 1000);
        const choice = { numLines: tail, replica, since };
        if (follow !== true) {
          const logs = await service.getLogs({ ...choice, init });
          return output.result({ logs }, () => logs.trimEnd());
        }
        if (options.json === true) throw followIsNoDocument();
        if (init === true) throw initIsOver();
        for await (const { replica, line } of service.followLogs(choice)) {
          process.stdout.write(`[${replica}] ${line}\n`);
        }
      }),
    );
}

function initIsOver(): SlipwayError {
  return new SlipwayError(
    'invalid_argument',
    '--init prints what replicas wrote until they were ready, which has an end: leave out --init or --follow.',
  );
}

function followIsNoDocument(): SlipwayError {
  return new SlipwayError(
    'invalid_argument',
    '--follow never ends, so it cannot print one JSON document: leave out --json or --follow.',
  );
}
