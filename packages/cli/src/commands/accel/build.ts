import { readFile } from 'node:fs/promises';
import type { BuiltPipeline } from '@slipway/accel';
import { SlipwayError } from '@slipway/contract';
import { examples, localCommand } from '../../command-line/define.ts';
import { wholeNumber } from '../../command-line/parsers.ts';
import { perform } from '../../command-line/perform.ts';
import { showQuantization } from '../../output/quantization.ts';
import { details } from '../../output/table.ts';
import { interruption } from '../../scoring/interruption.ts';
import { requireNetwork } from './network.ts';

export function accelBuild() {
  return localCommand('build')
    .description('Writes an accelerated network as a model folder: images, network, classifier.')
    .argument('<network>', 'resnet50, resnet152, densenet121, vgg16 or ssdvgg')
    .requiredOption('--out <folder>', 'the folder, which must not be there yet')
    .option('--weights <path>', 'weights of your own: a file, a checkpoint, or a folder that holds one')
    .option(
      '--random-weights <seed>',
      'weights that nobody trained, for tests and benchmarks',
      wholeNumber(0),
    )
    .option('--quantized', 'with a featurizer in integers of eight bits')
    .option('--calibration <folder>', 'with --quantized: photos that the scales of integers are chosen by')
    .option('--head <file>', 'an ONNX model from features to scores, instead of the own classifier')
    .option('--no-head', 'without a classifier: the features are the output')
    .option(
      '--labels <file>',
      'the names of the classes, one a line; of a detector, that of the background first',
    )
    .option('--detections', 'of a detector: services answer boxes, classes and scores')
    .addHelpText(
      'after',
      examples(
        'slipway accel build resnet50 --out resnet50 --labels imagenet.txt',
        'slipway accel build resnet50 --out resnet50 --quantized --calibration photos',
        'slipway accel build vgg16 --out vgg16 --random-weights 7',
        'slipway accel build ssdvgg --out ssd --detections --labels voc.txt',
      ),
    )
    .action((network, { out, labels, detections, home, json, head, ...asked }) =>
      perform({ home, json }, async ({ home: folder, output, progress }) => {
        using interrupted = interruption();
        const { signal } = interrupted;
        const name = await requireNetwork(network);
        const { buildPipeline, requireFree, savePipeline } = await import('@slipway/accel');
        await requireFree(out);
        const names = labels === undefined ? undefined : await readLabels(labels);
        progress.show(`Building ${name}`);
        const built = await buildPipeline(name, {
          ...{ ...asked, home: folder, signal, onProgress: showQuantization(progress, name) },
          head,
          ...(detections === true
            ? { detections: { layout: 'ssd-vgg-300', ...(names !== undefined && { labels: names }) } }
            : { labels: names }),
        });
        progress.show(`Writing ${out}`);
        await savePipeline(built.pipeline, out, { files: built.files, signal });
        output.result(summary(built, out), describeBuilt);
      }),
    );
}

type Summary = ReturnType<typeof summary>;

/** What was built, for programs. */
function summary({ network, version, weights, quantization, pipeline }: BuiltPipeline, folder: string) {
  const { preprocessing, inputs, outputs, labels, detections } = pipeline;
  return {
    ...{ folder, network, version, weights, quantized: quantization !== undefined },
    ...{ images: preprocessing.name, inputs, outputs },
    labels: (labels ?? detections?.labels)?.length ?? null,
    detections: detections !== undefined,
  };
}

function describeBuilt(built: Summary): string {
  const { folder, network, version, weights, quantized, inputs, outputs, labels, detections } = built;
  const isRandom = weights.startsWith('random');
  return [
    details({
      Network: `${network} ${version}${quantized ? ', its featurizer in integers of eight bits' : ''}`,
      Weights: isRandom ? `${weights}: what it answers means nothing` : weights,
      Inputs: tensorsText(inputs),
      Outputs: tensorsText(outputs),
      Labels: labels === null ? undefined : `${labels}`,
      Detections: detections ? 'services answer boxes, classes and scores' : undefined,
      Folder: folder,
    }),
    `Register it: slipway model register ${folder} --name ${network}`,
  ].join('\n');
}

function tensorsText(tensors: Readonly<Record<string, string>>): string {
  return Object.entries(tensors)
    .map(([key, name]) => `${name} (${key})`)
    .join(', ');
}

async function readLabels(path: string): Promise<string[]> {
  const { parseLabels } = await import('@slipway/contract/api');
  const bytes = await readFile(path).catch((cause: Error) => {
    throw new SlipwayError('not_found', `--labels: the file cannot be read: ${cause.message}.`, {
      details: { field: 'labels' },
      cause,
    });
  });
  return [...parseLabels(bytes, path)];
}
