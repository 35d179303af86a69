import { Argument } from '@commander-js/extra-typings';
import { examples, localCommand } from '../../command-line/define.ts';
import { perform } from '../../command-line/perform.ts';
import { ENGINE_RELEASES, type Wheel } from '../../engine/release.ts';
import { bytes } from '../../output/format.ts';
import { table } from '../../output/table.ts';

export function engineFiles() {
  return localCommand('files')
    .description(
      'Lists the files that "engine install --from" needs, to be fetched where there is a network.',
    )
    .addArgument(new Argument('<package>', 'what is to be installed').choices(['cuda'] as const))
    .addHelpText('after', examples('slipway engine files cuda'))
    .action((name, options) =>
      perform(options, async ({ output }) => {
        output.result(ENGINE_RELEASES[name].wheels, describeWheels);
      }),
    );
}

function describeWheels(wheels: readonly Wheel[]): string {
  const rows = table(
    wheels,
    { file: ({ file }) => file, size: (wheel) => bytes(wheel.bytes), sha256: ({ sha256 }) => sha256 },
    '',
  );
  return `${rows}\n\nWith pip, on any machine:\n${pipLine(wheels)}`;
}

/** `onnxruntime_gpu-1.30.0-cp312-cp312-manylinux_2_28_x86_64.whl` is named by its version and platforms. */
function pipLine(wheels: readonly Wheel[]): string {
  const pins = wheels.map(({ project, file }) => `${project}==${file.split('-')[1]}`);
  const platforms = new Set(
    wheels.flatMap(({ file }) => (file.split('-').at(-1) ?? '').replace(/\.whl$/, '').split('.')),
  );
  const options = [...platforms].map((platform) => `--platform ${platform}`);
  return [
    'pip download --no-deps --only-binary :all: --python-version 3.12',
    ...options,
    '-d wheels',
    ...pins,
  ].join(' ');
}
