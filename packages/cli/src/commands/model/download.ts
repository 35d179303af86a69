import { apiCommand, examples } from '../../command-line/define.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { bytes } from '../../output/format.ts';
import { findModel } from './find-model.ts';

export function modelDownload() {
  return apiCommand('download')
    .description("Writes a model's files, verified, into a folder.")
    .argument('<model>', 'name:version, or name for its newest version')
    .option('--target-dir <folder>', 'where to write them', '.')
    .option('--exist-ok', 'overwrite files that are there')
    .addHelpText('after', examples('slipway model download digits:1 --target-dir models'))
    .action((reference, options) =>
      performInWorkspace(options, async ({ workspace, output, progress }) => {
        const model = await findModel(workspace, reference);
        const files = await model.download({
          targetDir: options.targetDir,
          existOk: options.existOk,
          onProgress: ({ bytes: done, totalBytes }) =>
            progress.show(`Downloading ${model.id}: ${bytes(done)} of ${bytes(totalBytes)}`),
        });
        output.result({ id: model.id, files }, () => `Downloaded ${model.id}:\n${files.join('\n')}`);
      }),
    );
}
