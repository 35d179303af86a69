import { InvalidArgumentError } from '@commander-js/extra-typings';
import type { ClassWeights, TrainedClassifier, TrainOptions } from '@slipway/accel';
import { checkName } from '@slipway/contract';
import { Model } from '@slipway/sdk';
import { findWorkspace } from '../../command-line/connect.ts';
import { apiCommand, examples } from '../../command-line/define.ts';
import { fraction, positiveNumber, wholeNumber } from '../../command-line/parsers.ts';
import { type LocalContext, perform } from '../../command-line/perform.ts';
import { showRegistration } from '../../output/registration-progress.ts';
import { describeTraining, showTraining } from '../../output/training.ts';
import { interruption } from '../../scoring/interruption.ts';

export function accelTrain() {
  return apiCommand('train')
    .description(
      'Trains a classifier of images on the features of a network, on this machine, and writes it as a model.',
    )
    .requiredOption(
      '--featurizer <network>',
      'resnet50, resnet152, densenet121 or vgg16; or a file or folder',
    )
    .requiredOption('--data <folder>', 'images, in one folder for each class')
    .requiredOption('--out <folder>', 'the folder to write the model to; it must not be there')
    .option('--validation <folder>', 'images to validate with, in folders of the same names')
    .option(
      '--validation-split <share>',
      'instead: the share of --data that validates; 0: none (default: 0.2)',
      fraction,
    )
    .option('--weights <path>', 'weights of the network (default: those that were pulled)')
    .option(
      '--random-weights <seed>',
      'instead: weights that nobody trained, for tests and benchmarks',
      wholeNumber(0),
    )
    .option(
      '--feature-tensor <name>',
      'the tensor to take features from, of a model that has several outputs',
    )
    .option('--l2 <number>', 'how much weights are held back (default: 0.01)', notNegative)
    .option(
      '--epochs <number>',
      'times that all images are gone through, at most (default: 100)',
      wholeNumber(1),
    )
    .option('--learning-rate <number>', 'length of the first step (default: 0.001)', positiveNumber)
    .option('--batch-size <number>', 'images of one step (default: 32)', wholeNumber(1))
    .option(
      '--patience <number>',
      'epochs without a better validation loss that end it (default: 10)',
      wholeNumber(1),
    )
    .option(
      '--class-weights <weights>',
      'balanced, none, or how much classes count: cat=2,dog=1 (default: none)',
      classWeights,
    )
    .option(
      '--seed <number>',
      'of the order of images, and of those that validate (default: 0)',
      wholeNumber(0),
    )
    .option(
      '--threads <number>',
      'threads that compute features (default: one for each core)',
      wholeNumber(1),
    )
    .option('--skip-unreadable', 'pass over images that cannot be read, and list them')
    .option('--cache <folder>', 'where features are kept (default: features in the home folder)')
    .option('--no-cache', 'keep no features')
    .option('--name <name>', 'register it at once as the next version of this model')
    .addHelpText(
      'after',
      examples(
        'slipway accel train --featurizer resnet50 --data flowers --out flowers-model',
        'slipway accel train --featurizer resnet50 --data flowers --out second --l2 0.01 --name flowers',
      ),
    )
    .action(({ home, json, url, workspace, name, ...options }) => {
      const shared = { home, json, url, workspace };
      return perform(shared, async (context) => {
        using interrupted = interruption();
        const { signal } = interrupted;
        const found =
          name === undefined
            ? undefined
            : { workspace: await findWorkspace(shared), modelName: checkName('model', name) };
        const trained = await train({ ...options, home: context.home, signal }, context);
        const model =
          found && (await register(trained, { ...found, modelPath: options.out, signal }, context));
        context.output.result(
          {
            folder: options.out,
            ...{ training: trained.training, features: trained.features, notes: trained.notes },
            ...(model !== undefined && { model: model.toJSON() }),
          },
          () => describeTraining(trained, options.out, model?.id),
        );
      });
    });
}

/** What the command line gives; `cache` is `true` where nothing was said. */
type Asked = Omit<TrainOptions, 'cache' | 'onProgress'> & { readonly cache?: string | boolean | undefined };

async function train({ cache, ...options }: Asked, { progress }: LocalContext): Promise<TrainedClassifier> {
  // It brings ONNX Runtime with it, which no other command waits for.
  const { trainClassifier } = await import('@slipway/accel');
  progress.show('Reading the featurizer');
  const trained = await trainClassifier({
    ...options,
    ...(cache !== true && { cache }),
    onProgress: showTraining(progress),
  });
  for (const note of trained.notes) progress.note(note);
  return trained;
}

async function register(
  { training }: TrainedClassifier,
  options: Pick<Parameters<typeof Model.register>[0], 'workspace' | 'modelName' | 'modelPath' | 'signal'>,
  { progress }: LocalContext,
): Promise<Model> {
  const { accuracy, on } = training.evaluation;
  return await Model.register({
    ...options,
    modelFramework: 'ONNX',
    properties: {
      'slipway.training.featurizer': training.featurizer.name,
      'slipway.training.accuracy': `${accuracy.toFixed(4)} in ${on}`,
    },
    onProgress: showRegistration(progress),
  });
}

function notNegative(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('It must be a number from 0.');
}

/** Names of classes may have an equals sign, but no comma. */
function classWeights(text: string): ClassWeights {
  if (text === 'balanced' || text === 'none') return text;
  const weights = text.split(',').map((one) => {
    const equals = one.lastIndexOf('=');
    const weight = Number(one.slice(equals + 1));
    if (equals < 1 || !(weight > 0 && Number.isFinite(weight))) {
      throw new InvalidArgumentError('It must be balanced, none, or numbers above 0 by class: cat=2,dog=1.');
    }
    return [one.slice(0, equals), weight] as const;
  });
  return Object.fromEntries(weights);
}
