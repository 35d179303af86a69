import { Argument } from '@commander-js/extra-typings';
import { hasEnginePackages, SlipwayError } from '@slipway/contract';
import { examples, localCommand } from '../../command-line/define.ts';
import { repeated } from '../../command-line/parsers.ts';
import { perform } from '../../command-line/perform.ts';
import { checkEngine } from '../../engine/check-engine.ts';
import { parseIndex } from '../../engine/find-in-index.ts';
import { installEngine } from '../../engine/install-engine.ts';
import { ENGINE_RELEASES } from '../../engine/release.ts';
import { bytes } from '../../output/format.ts';

/** Where packages of Python come from when nothing is said. */
const DEFAULT_INDEX = 'https://pypi.org/simple';

export function engineInstall() {
  return localCommand('install')
    .description('Brings the libraries with which models run on a GPU into the home folder.')
    .addArgument(new Argument('<package>', 'what to install').choices(['cuda'] as const))
    .option('--index <url>', 'package index of Python, or a mirror of it (PIP_INDEX_URL, else PyPI)')
    .option('--from <path>', 'file, or folder of files, brought from elsewhere; may be repeated', repeated)
    .addHelpText(
      'after',
      examples(
        'slipway engine install cuda',
        'slipway engine install cuda --index https://mirror.example/simple',
        'slipway engine install cuda --from /media/usb/wheels',
      ),
    )
    .action((name, options) =>
      perform(options, async ({ home, output, progress }) => {
        if (!hasEnginePackages(process.platform, process.arch)) throw noPackage(name);
        const interruption = new AbortController();
        const stop = () => interruption.abort(new SlipwayError('cancelled', 'It was interrupted.'));
        process.once('SIGINT', stop).once('SIGTERM', stop);
        const release = ENGINE_RELEASES[name];
        const { folder: bindingFolder } = await checkEngine();
        const index = options.index ?? (process.env['PIP_INDEX_URL'] || DEFAULT_INDEX);
        const engine = await installEngine({
          ...{ home, release, bindingFolder, signal: interruption.signal },
          source: options.from === undefined ? { index: parseIndex(index) } : { paths: options.from },
          progress: (text) => progress.show(text),
        });
        output.result(engine, ({ version, providers, folder }) =>
          [
            `ONNX Runtime ${version} for ${providers.join(' and ')} is installed: ${bytes(engine.bytes)} in ${folder}.`,
            'Look at what is still missing with "slipway doctor", then deploy with "--accelerator cuda".',
          ].join('\n'),
        );
      }),
    );
}

function noPackage(name: string): SlipwayError {
  return new SlipwayError(
    'unsupported',
    `There are no libraries of "${name}" for ${process.platform}/${process.arch}, only for linux/x64.`,
  );
}
