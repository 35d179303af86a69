import { existsSync } from 'node:fs';
import { Model } from '@slipway/sdk';
import { findWorkspace } from '../../command-line/connect.ts';
import { apiCommand, examples } from '../../command-line/define.ts';
import { list } from '../../command-line/parsers.ts';
import { perform } from '../../command-line/perform.ts';
import { describeInspection } from '../../output/inspection.ts';
import { interruption } from '../../scoring/interruption.ts';
import { findModel } from './find-model.ts';

export function modelInspect() {
  return apiCommand('inspect')
    .description(
      'Shows what stands in a model of TensorFlow or ONNX, and whether it can be converted. Registers nothing.',
    )
    .argument('<model>', 'file or folder on this machine; or a registered model, if there is no such path')
    .option('--inputs <tensors>', 'tensors that would be fed, with commas: scope/op:0', list)
    .option('--outputs <tensors>', 'tensors that would be computed (default: of each signature)', list)
    .option('--signature <key>', 'the only signature to look at')
    .addHelpText(
      'after',
      examples('slipway model inspect ./saved_model', 'slipway model inspect resnet50:1 --json'),
    )
    .action((given, options) =>
      perform(options, async ({ output, progress }) => {
        using interrupted = interruption();
        const { inputs, outputs, signature } = options;
        const asked = { inputs, outputs, signature, signal: interrupted.signal };
        progress.show(`Reading ${given}`);
        const inspection = isPath(given)
          ? await Model.inspect(given, asked)
          : await (await findModel(await findWorkspace(options), given)).inspect(asked);
        output.result(inspection, describeInspection);
      }),
    );
}

/** No name of a model has a slash. */
function isPath(text: string): boolean {
  return text.includes('/') || existsSync(text);
}
