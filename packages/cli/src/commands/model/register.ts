import { Model } from '@slipway/sdk';
import { apiCommand, examples } from '../../command-line/define.ts';
import { pair } from '../../command-line/parsers.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { bytes } from '../../output/format.ts';
import { showRegistration } from '../../output/registration-progress.ts';

export function modelRegister() {
  return apiCommand('register')
    .description('Registers a file or a folder as the next version of a model.')
    .argument('<path>', 'the model: an .onnx file, or a folder with all its files')
    .requiredOption('--name <name>', 'name of the model')
    .option('--framework <name>', 'what it was made with, such as ONNX')
    .option('--framework-version <version>', 'its version')
    .option('--tag <key=value>', 'a tag; may be repeated', pair)
    .option('--property <key=value>', 'a property, which stays for ever; may be repeated', pair)
    .option('--description <text>', 'what it is')
    .option('--parent <model>', 'name:version of the model it was made from')
    .addHelpText(
      'after',
      examples('slipway model register model.onnx --name digits --framework ONNX --tag stage=trial'),
    )
    .action((path, options) =>
      performInWorkspace(options, async ({ workspace, output, progress }) => {
        const model = await Model.register({
          workspace,
          modelPath: path,
          modelName: options.name,
          modelFramework: options.framework,
          modelFrameworkVersion: options.frameworkVersion,
          tags: options.tag,
          properties: options.property,
          description: options.description,
          parentId: options.parent,
          onProgress: showRegistration(progress),
        });
        output.result(
          model.toJSON(),
          ({ id, size, digest }) => `Registered ${id} (${bytes(size)}, ${digest}).`,
        );
      }),
    );
}
