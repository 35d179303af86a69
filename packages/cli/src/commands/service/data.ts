import { Webservice } from '@slipway/sdk';
import { apiCommand, examples } from '../../command-line/define.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { collectedTable } from '../../output/collected.ts';

export function serviceData() {
  return apiCommand('data')
    .description('Lists what a service has collected of its requests, or copies it.')
    .argument('<name>', 'name of the service')
    .option('--output <folder>', 'copy the files into this folder, over earlier copies')
    .addHelpText(
      'after',
      examples('slipway service data digits', 'slipway service data digits --output collected'),
    )
    .action((name, { output: targetDir, ...options }) =>
      performInWorkspace(options, async ({ workspace, output, progress }) => {
        const service = await Webservice.get({ workspace, name });
        const items = await service.collectedFiles();
        if (targetDir === undefined) return output.result(items, collectedTable);
        const files = await service.downloadCollected({
          targetDir,
          onProgress: ({ path }, index) =>
            progress.show(`Copying file ${index + 1} of ${items.length}: ${path}`),
        });
        output.result({ name, files }, () =>
          files.length === 1 ? 'Copied 1 file.' : `Copied ${files.length} files.`,
        );
      }),
    );
}
