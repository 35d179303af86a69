import { SlipwayError } from '@slipway/contract';
import { type SizeQuestion, suggestReplicas, Webservice } from '@slipway/sdk';
import { apiCommand, examples } from '../../command-line/define.ts';
import { positiveNumber, wholeNumber } from '../../command-line/parsers.ts';
import { perform } from '../../command-line/perform.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import type { Output } from '../../output/output.ts';
import { measuredRequestMs } from '../../service-call/measured-request-ms.ts';

export function serviceSuggestSize() {
  return apiCommand('suggest-size')
    .description('Says how many replicas a load needs, by the formula of the autoscaling guide.')
    .requiredOption('--target-rps <count>', 'requests a second that are to be answered', positiveNumber)
    .option('--request-ms <ms>', 'time that one request takes', positiveNumber)
    .option('--service <name>', 'take what is not said from this service: the mean of its requests until now')
    .option(
      '--target-utilization <percent>',
      'part of the replicas that is to be busy (default: 70)',
      percent,
    )
    .option('--max-concurrent <count>', 'requests that a replica runs at once (default: 1)', wholeNumber(1))
    .addHelpText(
      'after',
      examples(
        'slipway service suggest-size --target-rps 100 --request-ms 40',
        'slipway service suggest-size --target-rps 100 --service digits',
      ),
    )
    .action((options) => {
      const { service, ...asked } = options;
      if (service === undefined) {
        return perform(options, async ({ output }) => tell(output, { ...asked, requestMs: given(asked) }));
      }
      return performInWorkspace(options, async ({ workspace, output }) => {
        const { deploymentConfig, inferenceConfig, scoringUri } = await Webservice.get({
          workspace,
          name: service,
        });
        const { autoscaler, replicaMaxConcurrentRequests } = deploymentConfig;
        tell(output, {
          targetRps: asked.targetRps,
          requestMs: asked.requestMs ?? (await measuredRequestMs(scoringUri, service)),
          targetUtilization: asked.targetUtilization ?? autoscaler?.targetUtilization,
          maxConcurrent: asked.maxConcurrent ?? replicaMaxConcurrentRequests ?? inferenceConfig?.workers,
        });
      });
    });
}

const percent = wholeNumber(1, 100);

function given({ requestMs }: { readonly requestMs?: number | undefined }): number {
  if (requestMs !== undefined) return requestMs;
  throw new SlipwayError(
    'invalid_argument',
    'Say how long a request takes: --request-ms MS, or --service NAME for the mean of a service.',
    { details: { field: 'requestMs' } },
  );
}

function tell(output: Output, question: SizeQuestion): void {
  const { targetRps, requestMs, targetUtilization = 70, maxConcurrent = 1 } = question;
  const replicas = suggestReplicas(question);
  const numbers = { targetRps, requestMs, targetUtilization, maxConcurrent };
  output.result({ replicas, ...numbers }, () => {
    const formula = `${targetRps} requests/s × ${rounded(requestMs)} ms ÷ ${targetUtilization} % ÷ ${maxConcurrent} at once`;
    return `${replicas} ${replicas === 1 ? 'replica' : 'replicas'}: ${formula}, rounded up.`;
  });
}

function rounded(ms: number): number {
  return Number(ms.toPrecision(3));
}
