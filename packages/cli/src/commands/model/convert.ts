import { SlipwayError } from '@slipway/contract';
import { apiCommand, examples } from '../../command-line/define.ts';
import { list, pair, positiveNumber, seconds } from '../../command-line/parsers.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { describeConverted } from '../../output/conversion.ts';
import { showOperation } from '../../output/operation-progress.ts';
import { findModel } from './find-model.ts';

export function modelConvert() {
  return apiCommand('convert')
    .description(
      'Makes a registered model of ONNX of one of TensorFlow, or of ONNX, and tries it before that.',
    )
    .argument('<model>', 'name:version, or name for its newest version')
    .option('--inputs <tensors>', 'tensors to feed, with commas: scope/op:0, or keys of the signature', list)
    .option('--outputs <tensors>', 'tensors to compute; what is left out is found where that is clear', list)
    .option(
      '--signature <key>',
      'signature whose tensors are meant (default: serving_default, or the only one)',
    )
    .option('--graph-tags <tags>', 'tags of the graph, where a SavedModel has several', list)
    .option('--path <path>', 'the file or folder among those of the model, where it holds several models')
    .option('--name <name>', 'name of the converted model (default: SOURCE.VERSION.accelonnx)')
    .option('--engine <engine>', "native: Slipway's own import; python: tf2onnx (default: native)", engine)
    .option(
      '--python <path>',
      'a Python with TensorFlow, on the machine of the server, to compare the result with',
    )
    .option('--environment <name>', 'instead of --python: a registered environment that has TensorFlow')
    .option(
      '--shape <tensor=sizes>',
      'sizes of an input to try it with: x:0=2,224,224,3; may be repeated',
      pair,
    )
    .option(
      '--memory-gb <number>',
      'memory that it may take (default: 4; 12 with --engine python)',
      positiveNumber,
    )
    .option('--timeout <time>', 'end it after this long, such as 30m (default: 1h)', seconds)
    .option('--no-wait', 'only begin it')
    .addHelpText(
      'after',
      examples(
        'slipway model convert resnet50 --inputs images:0 --outputs scores:0',
        'slipway model convert resnet50:2 --name resnet50-onnx --python /opt/tf/bin/python',
      ),
    )
    .action((reference, { wait, timeout, shape, home, json, url, workspace: where, ...options }) =>
      performInWorkspace({ home, json, url, workspace: where }, async ({ workspace, output, progress }) => {
        const source = await findModel(workspace, reference);
        const conversion = await source.convert({
          ...options,
          timeoutSeconds: timeout,
          ...(shape !== undefined && { shapes: shapesOf(shape) }),
        });
        const { operation } = conversion;
        if (!wait) {
          const begun = `The conversion of ${source.id} has begun: slipway operation show ${operation.id}.`;
          return output.result(operation.toJSON(), () => begun);
        }
        const converted = await conversion.wait({
          onProgress: showOperation(progress, `Converting ${source.id}`),
        });
        output.result(converted.toJSON(), (model) => describeConverted(model, operation.message));
      }),
    );
}

function engine(text: string): 'native' | 'python' {
  if (text === 'native' || text === 'python') return text;
  throw new SlipwayError('invalid_argument', `--engine "${text}": it must be native or python.`, {
    details: { field: 'engine' },
  });
}

function shapesOf(given: Readonly<Record<string, string>>): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(given).map(([name, text]) => {
      const sizes = text.split(',').map(Number);
      if (text.trim() !== '' && sizes.every((size) => Number.isSafeInteger(size) && size >= 0))
        return [name, sizes];
      throw new SlipwayError(
        'invalid_argument',
        `--shape "${name}=${text}": it must be sizes such as 2,224,224,3.`,
        {
          details: { field: 'shapes' },
        },
      );
    }),
  );
}
