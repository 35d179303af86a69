import { Option } from '@commander-js/extra-typings';
import { SlipwayError } from '@slipway/contract';
import { formatScoringJson, Webservice } from '@slipway/sdk';
import { apiCommand, examples } from '../command-line/define.ts';
import { fraction, wholeNumber } from '../command-line/parsers.ts';
import type { LocalContext } from '../command-line/perform.ts';
import { performInWorkspace } from '../command-line/perform-api.ts';
import { type DetectChoice, detectInImage } from '../detection/detect-in-image.ts';
import { drawDetections } from '../detection/draw-detections.ts';
import { pictureFormat, readPicture, writePicture } from '../detection/picture-file.ts';
import { detectionTable } from '../output/detections.ts';
import { interruption } from '../scoring/interruption.ts';
import { runLoad } from '../scoring/load.ts';
import { loadTables, reportOf } from '../scoring/load-report.ts';
import { onlyOutput, pickOutput } from '../scoring/outputs.ts';
import { readImage, readLabels } from '../scoring/read-data.ts';
import { createScorer, type Scorer, type ScorerOptions } from '../scoring/scorer.ts';
import { classTables, topClasses } from '../scoring/top-classes.ts';
import { scoringFailure } from '../service-call/scoring-failure.ts';

/** Calls whose latencies are kept to tell percentiles: 80 MB of them. */
const MAX_REPEAT = 10_000_000;

/** Connections of one caller; more would measure this machine's ports. */
const MAX_CONCURRENCY = 1_000;

/** How often the progress of a load is drawn. */
const PROGRESS_MS = 200;

export function score() {
  return apiCommand('score')
    .description(
      'Sends data or an image to a service and prints its answer, or measures how fast it answers.',
    )
    .argument('<name>', 'name of the service')
    .option('--data <data>', 'JSON, or a file of it, or - for standard input')
    .option('--image <file>', 'a JPEG, PNG, WebP or GIF, sent as it is')
    .addOption(
      new Option(
        '--protocol <protocol>',
        'how the service is spoken to (default: azure, with --grpc oip)',
      ).choices(['azure', 'tfserving', 'oip'] as const),
    )
    .option('--grpc', 'over gRPC instead of HTTP')
    .option('--model <model>', 'the model, where a service has several')
    .option('--version <version>', 'its version, or the label of one; default: the newest')
    .option('--input <name>', 'the input that the data is for; default: the only one')
    .option('--output <name>', 'print only this output')
    .option('--top <count>', 'print only the classes with the highest scores', wholeNumber(1))
    .option(
      '--labels <file>',
      'names of the classes, one a line, for --top and --draw (default: those that the service declares)',
    )
    .option('--draw <file>', 'write the image with what a detector found in it: .jpg, .png or .webp')
    .option(
      '--threshold <score>',
      'with --draw: what must be exceeded (default: 0.5, or what the service looked for)',
      fraction,
    )
    .option('--repeat <count>', 'send it this often and print how long it took', wholeNumber(1, MAX_REPEAT))
    .option('--concurrency <count>', 'requests at once with --repeat', wholeNumber(1, MAX_CONCURRENCY))
    .addHelpText(
      'after',
      examples(
        `slipway score iris --data '{"data": [[5.1, 3.5, 1.4, 0.2]]}'`,
        'slipway score digits --data digit.json --output probabilities --top 3',
        'slipway score photos --image cat.jpg --protocol oip --grpc --top 5 --labels imagenet.txt',
        'slipway score detector --image street.jpg --draw found.jpg',
        'slipway score digits --data digit.json --repeat 1000 --concurrency 8',
      ),
    )
    .action((name, { top, labels, repeat, concurrency, draw, threshold, ...options }) =>
      performInWorkspace(options, async (context) => {
        checkRequest(options, { labels, top, concurrency, repeat, draw, threshold });
        if (draw !== undefined) pictureFormat(draw);
        const service = await Webservice.get({ workspace: context.workspace, name });
        if (draw !== undefined) {
          await drawObjects(context, service, { ...options, labels, threshold, draw });
          return;
        }
        const scorer = await createScorer(service, { ...options, mayRepeat: repeat === undefined });
        try {
          if (repeat === undefined) await scoreOnce(context, name, scorer, { ...options, top, labels });
          else await measure(context, scorer, { repeat, concurrency: concurrency ?? 1 });
        } finally {
          scorer.close();
        }
      }),
    );
}

interface AnswerOptions {
  readonly output?: string | undefined;
  readonly top?: number | undefined;
  readonly labels?: string | undefined;
}

async function scoreOnce(
  { output, progress }: LocalContext,
  name: string,
  scorer: Scorer,
  { output: only, top, labels: labelFile }: AnswerOptions,
): Promise<void> {
  const ownLabels = labelFile === undefined ? undefined : await readLabels(labelFile);
  progress.show(`Scoring with ${name}`);
  const fail = (thrown: unknown) => {
    throw scoringFailure(thrown, name);
  };
  const answer = await scorer.score().catch(fail);
  if (top === undefined) {
    output.result(only === undefined ? answer : pickOutput(answer, only), (value) =>
      formatScoringJson(value),
    );
    return;
  }
  const scores = only === undefined ? onlyOutput(answer) : pickOutput(answer, only);
  const labels = ownLabels ?? (await scorer.labels(only).catch(fail));
  output.result(topClasses(scores, top, labels), classTables);
}

interface DrawOptions extends Omit<DetectChoice, 'labels' | 'mayRepeat'> {
  readonly image?: string | undefined;
  readonly labels?: string | undefined;
  readonly draw: string;
}

async function drawObjects(
  { output, progress }: LocalContext,
  service: Webservice,
  { image: path = '', labels: labelFile, draw, ...choice }: DrawOptions,
): Promise<void> {
  const labels = labelFile === undefined ? undefined : await readLabels(labelFile);
  const image = await readImage(path);
  progress.show(`Scoring with ${service.name}`);
  const found = await detectInImage(service, image, { ...choice, labels, mayRepeat: true }).catch(
    (thrown) => {
      throw scoringFailure(thrown, service.name);
    },
  );
  const picture = await readPicture(image);
  drawDetections(picture, found);
  await writePicture(draw, picture);
  output.result(found, detectionTable);
}

async function measure(
  { output, progress }: LocalContext,
  scorer: Scorer,
  plan: { readonly repeat: number; readonly concurrency: number },
): Promise<void> {
  using interrupted = interruption();
  let done = 0;
  const show = (): void => progress.show(`${done} of ${plan.repeat} requests`);
  const drawing = setInterval(show, PROGRESS_MS);
  try {
    const load = await runLoad(plan, scorer.send, interrupted.signal, (count) => {
      done = count;
    });
    const report = reportOf(load, plan.concurrency);
    output.result(report, loadTables);
    if (report.succeeded === 0) process.exitCode = 1;
  } finally {
    clearInterval(drawing);
  }
}

interface Extras extends Omit<AnswerOptions, 'output'> {
  readonly draw?: string | undefined;
  readonly threshold?: number | undefined;
  readonly repeat?: number | undefined;
  readonly concurrency?: number | undefined;
}

function checkRequest(
  { data, image, output }: Pick<ScorerOptions, 'data' | 'image' | 'output'>,
  extras: Extras,
): void {
  if ((data === undefined) === (image === undefined))
    throw wrongCall('Give either --data or --image.', 'data');
  if (extras.labels !== undefined && extras.top === undefined && extras.draw === undefined)
    throw wrongCall('--labels needs --top or --draw.', 'labels');
  if (extras.threshold !== undefined && extras.draw === undefined)
    throw wrongCall('--threshold needs --draw.', 'threshold');
  if (extras.draw !== undefined && image === undefined) throw wrongCall('--draw needs --image.', 'draw');
  if (extras.draw !== undefined && [extras.top, extras.repeat, output].some((other) => other !== undefined))
    throw wrongCall('--draw goes with neither --top nor --repeat nor --output.', 'draw');
  if (extras.concurrency !== undefined && extras.repeat === undefined) {
    throw wrongCall('--concurrency needs --repeat.', 'concurrency');
  }
}

function wrongCall(message: string, field: string): SlipwayError {
  return new SlipwayError('invalid_argument', message, { details: { field } });
}
