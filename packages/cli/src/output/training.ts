import type { TrainedClassifier, TrainingRecord, TrainProgress } from '@slipway/accel';
import type { Progress } from './progress.ts';
import { align, details, table } from './table.ts';

type Evaluation = TrainingRecord['evaluation'];

/** Classes whose confusions fit on a screen as a table; of more, the most frequent ones are listed. */
const TABLE_CLASSES = 12;
const LISTED_CONFUSIONS = 10;

/** Shows how far a training is. */
export function showTraining(progress: Progress): (now: TrainProgress) => void {
  return (now) => progress.show(progressText(now));
}

function progressText(now: TrainProgress): string {
  switch (now.phase) {
    case 'features':
      return `Features of image ${now.done} of ${now.total}, ${now.cached} of them known from before`;
    case 'training': {
      const { epoch, epochs, loss, validation } = now;
      const held =
        validation === undefined
          ? ''
          : `; validation: loss ${validation.loss.toFixed(4)}, accuracy ${percent(validation.accuracy)}`;
      return `Epoch ${epoch} of ${epochs}: loss ${loss.toFixed(4)}${held}`;
    }
    case 'checking':
      return 'Comparing the model with what was trained';
  }
}

/** What came of a training. */
export function describeTraining(
  { training, features }: TrainedClassifier,
  folder: string,
  registered: string | undefined,
): string {
  const { evaluation, data, featurizer, result } = training;
  const fields = details({
    Model: registered === undefined ? folder : `${registered}, and ${folder}`,
    Features: `${featurizer.features} of ${featurizer.name}${weightsText(featurizer.weights)}`,
    Images: imagesText(data, features),
    Epochs: `${result.epochs}; the weights are those of epoch ${result.bestEpoch}`,
    Loss: lossText(result),
    Accuracy: accuracyText(evaluation),
  });
  return [fields, '', classesTable(evaluation), '', confusions(evaluation)].join('\n').trimEnd();
}

function weightsText(weights: string | null): string {
  if (weights === null) return '';
  return weights.startsWith('random')
    ? `, whose weights nobody trained (${weights})`
    : `, weights as of ${weights}`;
}

function imagesText(
  { training, validation }: TrainingRecord['data'],
  { cached, corrupt }: TrainedClassifier['features'],
): string {
  const known = cached === 0 ? '' : `; the features of ${cached} were known from before`;
  const mended =
    corrupt === 0 ? '' : `; those of ${corrupt} were corrupt in the cache, and were computed anew`;
  return `${training} trained, ${validation} validated${known}${mended}`;
}

function lossText({ training, validation }: TrainingRecord['result']): string {
  const held = validation === null ? '' : `, in validation ${validation.loss.toFixed(4)}`;
  return `in training ${training.loss.toFixed(4)}${held}`;
}

function accuracyText({ accuracy, on, confusion }: Evaluation): string {
  const right = confusion.reduce((sum, row, each) => sum + (row[each] ?? 0), 0);
  const all = confusion.flat().reduce((sum, count) => sum + count, 0);
  const which = on === 'validation' ? 'images that validate' : 'images of the training itself: none validate';
  return `${percent(accuracy)} (${right} of ${all} ${which})`;
}

function classesTable({ classes }: Evaluation): string {
  const share = (value: number | null) => (value === null ? '-' : percent(value));
  return table(
    classes,
    {
      class: ({ name }) => shown(name),
      images: ({ images }) => String(images),
      precision: ({ precision }) => share(precision),
      recall: ({ recall }) => share(recall),
    },
    '',
  );
}

function confusions({ classes, confusion }: Evaluation): string {
  if (classes.length <= TABLE_CLASSES) {
    const names = classes.map(({ name }) => shown(name));
    const rows = confusion.map((row, truth) => [names[truth] ?? '', ...row.map(String)]);
    // Not as headings of a table are: other classes may have the same names in capitals.
    return align([['TAKEN', ...names.map((name) => `as ${name}`)], ...rows]);
  }
  const wrong = confusion.flatMap((row, truth) =>
    row.flatMap((count, told) => (truth === told || count === 0 ? [] : [{ truth, told, count }])),
  );
  const most = wrong.toSorted((one, other) => other.count - one.count).slice(0, LISTED_CONFUSIONS);
  return table(
    most,
    {
      'most often': ({ truth }) => shown(classes[truth]?.name ?? ''),
      'taken as': ({ told }) => shown(classes[told]?.name ?? ''),
      images: ({ count }) => String(count),
    },
    '',
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

/** A name that would break a line or hide stands as JSON has it. */
function shown(name: string): string {
  return /^[\p{L}\p{N}\p{P}\p{S}][\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u.test(name) ? name : JSON.stringify(name);
}
