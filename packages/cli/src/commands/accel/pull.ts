import { createInterface } from 'node:readline/promises';
import type { Licence, PulledWeights, PullProgress, WeightsEntry } from '@slipway/accel';
import { examples, localCommand } from '../../command-line/define.ts';
import { perform } from '../../command-line/perform.ts';
import { readDocument } from '../../command-line/read-document.ts';
import { bytes } from '../../output/format.ts';
import { interruption } from '../../scoring/interruption.ts';
import { requireNetwork } from './network.ts';

const DOING: Readonly<Record<PullProgress['doing'], string>> = {
  downloading: 'Downloading',
  copying: 'Copying',
  checking: 'Checking',
};

export function accelPull() {
  return localCommand('pull')
    .description(
      'Brings the weights of an accelerated network into the home folder, and checks that they fit it.',
    )
    .argument('<network>', 'resnet50, resnet152, densenet121, vgg16 or ssdvgg')
    .option('--quantized', 'weights made for the quantized network, where the manifest has some')
    .option('--from <path>', 'a file, a folder, what the files of a checkpoint begin with, or a URL')
    .option('--accept-licence <id>', 'the licence of the weights is accepted; on a terminal it is asked for')
    .option('--manifest <file>', 'where weights are published, instead of what Slipway knows')
    .addHelpText(
      'after',
      examples(
        'slipway accel pull resnet50',
        'slipway accel pull resnet50 --accept-licence Apache-2.0',
        'slipway accel pull vgg16 --from vgg16_weights_tf_dim_ordering_tf_kernels.h5',
        'slipway accel pull ssdvgg --from checkpoints/ssd_300_vgg.ckpt',
      ),
    )
    .action((network, { quantized, from, acceptLicence, manifest, ...options }) =>
      perform(options, async ({ home, output, progress }) => {
        const { parseManifest, pullWeights } = await import('@slipway/accel');
        using interrupted = interruption();
        const pulled = await pullWeights(await requireNetwork(network), {
          ...{ home, quantized, from, signal: interrupted.signal },
          ...(manifest !== undefined && {
            manifest: parseManifest(await readDocument('manifest of weights', manifest), manifest),
          }),
          acceptLicence: acceptLicence ?? (process.stdin.isTTY && process.stderr.isTTY ? ask : undefined),
          onProgress: ({ doing, bytes: done, total }) =>
            progress.show(`${DOING[doing]} the weights of ${network}${amount(done, total)}`),
        });
        output.result(pulled, (weights) => describePulled(weights, quantized === true));
      }),
    );
}

async function ask({ id, url }: Licence, { network, url: source }: WeightsEntry): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const question = `The weights of ${network} at ${source} are under ${id}: ${url}\nAccept it? [y/N] `;
    // Ctrl-C is no answer, and no is what that means.
    const answer = await terminal.question(question).catch(() => '');
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

function amount(done: number, total: number | undefined): string {
  return total === undefined ? '' : `: ${bytes(done)} of ${bytes(total)}`;
}

function describePulled(weights: PulledWeights, quantized: boolean): string {
  const { network, version, layout, origin, licence, folder, random } = weights;
  return [
    `Weights of ${network} ${version} (${bytes(weights.bytes)}, as ${layout} names them) are in ${folder}.`,
    licence === null
      ? 'Nobody has said their licence: they came from a file.'
      : `Licence: ${licence.id}, ${licence.url}.`,
    ...(random ? [`They are ${origin}: what the network answers with them means nothing.`] : []),
    ...(quantized && !weights.quantized
      ? ['They are those of the float network, which serve the quantized one, too.']
      : []),
  ].join('\n');
}
