import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { SlipwayError } from '@slipway/contract';
import { formatScoringJson, parseScoringJson, Webservice } from '@slipway/sdk';
import { apiCommand, examples } from '../command-line/define.ts';
import { performInWorkspace } from '../command-line/perform-api.ts';
import { scoringFailure } from '../service-call/scoring-failure.ts';

export function score() {
  return apiCommand('score')
    .description('Sends data to a service and prints its answer.')
    .argument('<name>', 'name of the service')
    .requiredOption('--data <data>', 'JSON, or a file of it, or - for standard input')
    .option(
      '--input <name>',
      'the input that the data is for, where a model has several or --data is a bare array',
    )
    .option('--output <name>', 'print only this output')
    .addHelpText(
      'after',
      examples(
        `slipway score iris --data '{"data": [[5.1, 3.5, 1.4, 0.2]]}'`,
        'slipway score digits --data digit.json --output probabilities',
        'cat digit.json | slipway score digits --data -',
      ),
    )
    .action((name, { data, input, output: only, ...options }) =>
      performInWorkspace(options, async ({ workspace, output, progress }) => {
        const body = requestBody(parseJson(await readData(data)), input);
        const service = await Webservice.get({ workspace, name });
        progress.show(`Scoring with ${name}`);
        const answer = await service.run(body).catch((thrown: unknown) => {
          throw scoringFailure(thrown, name);
        });
        output.result(only === undefined ? answer : pickOutput(answer, only), (value) =>
          formatScoringJson(value),
        );
      }),
    );
}

async function readData(data: string): Promise<string> {
  if (data === '-') return await readAll(process.stdin);
  if (/^\s*[[{]/.test(data)) return data;
  return await readFile(data, 'utf8').catch((cause: Error) => {
    throw new SlipwayError(
      'invalid_argument',
      `--data is neither JSON (it would begin with { or [) nor a file that can be read: ${cause.message}.`,
      { details: { field: 'data' }, cause },
    );
  });
}

function parseJson(text: string): unknown {
  try {
    return parseScoringJson(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SlipwayError('invalid_argument', `--data is not JSON: ${reason}.`, {
      details: { field: 'data' },
      cause,
    });
  }
}

/** A bare array is the data of the only input, or of the one that is named; an object is a whole request. */
function requestBody(value: unknown, input: string | undefined): unknown {
  if (input !== undefined) return { inputs: { [input]: value } };
  return Array.isArray(value) ? { data: value } : value;
}

function pickOutput(answer: unknown, name: string): unknown {
  const outputs =
    typeof answer === 'object' && answer !== null && 'outputs' in answer ? Object(answer.outputs) : {};
  if (Object.hasOwn(outputs, name)) return outputs[name];
  throw new SlipwayError(
    'invalid_argument',
    `The service has no output "${name}": it answered with ${Object.keys(outputs).join(', ') || 'none'}.`,
    { details: { field: 'output' } },
  );
}
