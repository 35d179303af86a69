import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { QuantizationReport, QuantizeFolderOptions } from '@slipway/accel';
import { SlipwayError } from '@slipway/contract';
import { Model } from '@slipway/sdk';
import { findWorkspace } from '../../command-line/connect.ts';
import { type ApiOptions, apiCommand, examples } from '../../command-line/define.ts';
import { fraction, oneOf, positiveNumber, repeated, wholeNumber } from '../../command-line/parsers.ts';
import { type LocalContext, perform } from '../../command-line/perform.ts';
import { bytes } from '../../output/format.ts';
import { describeQuantization, showQuantization } from '../../output/quantization.ts';
import { showRegistration } from '../../output/registration-progress.ts';
import { interruption } from '../../scoring/interruption.ts';
import { findModel } from './find-model.ts';

/** What a quantization is told besides where its files are. */
type Settings = Omit<QuantizeFolderOptions, 'source' | 'out' | 'onProgress'>;

export function modelQuantize() {
  return apiCommand('quantize')
    .description(
      'Makes eight bits of a model of ONNX by samples, on this machine, and says what that cost beside the model.',
    )
    .argument('<model>', 'name:version, or name for its newest version; or a file or folder on this machine')
    .option('--calibration <folder>', 'images, or .npy, .npz and .json, that scales are chosen by')
    .option('--evaluation <folder>', 'what the result is compared on (default: a part of --calibration)')
    .option('--samples <number>', 'samples to take of each folder, at most (default: 512)', wholeNumber(1))
    .option(
      '--method <method>',
      'static, dynamic or weight-only (default: static)',
      oneOf('static', 'dynamic', 'weight-only'),
    )
    .option(
      '--calibrator <name>',
      'min-max, percentile or entropy (default: min-max)',
      oneOf('min-max', 'percentile', 'entropy'),
    )
    .option(
      '--percentile <percent>',
      'of 100 values, how many a range holds (default: 99.99)',
      positiveNumber,
    )
    .option('--agreement <share>', 'leave layers in FP32 until so many top classes agree: 0.99', fraction)
    .option('--scores <output>', 'the output of scores (default: that with labels, or the only one)')
    .option('--exclude <node>', 'a node that stays in FP32; may be repeated', repeated)
    .option('--exclude-op <operator>', 'an operator that stays in FP32; may be repeated', repeated)
    .option('--no-per-channel', 'one scale for all weights of a layer')
    .option('--reduce-range', 'weights of seven bits (default: where this processor has no VNNI)')
    .option('--no-reduce-range', 'weights of eight bits')
    .option(
      '--target <target>',
      'cpu or tensorrt, which was never tried (default: cpu)',
      oneOf('cpu', 'tensorrt'),
    )
    .option('--name <name>', 'name of the quantized model (default: SOURCE.VERSION.int8)')
    .option('--out <folder>', 'write a folder instead of registering a model')
    .addHelpText(
      'after',
      examples(
        'slipway model quantize resnet50 --calibration photos --agreement 0.99',
        'slipway model quantize digits.onnx --method dynamic --out digits-int8',
      ),
    )
    .action((model, { home, json, url, workspace, name, out, exclude, excludeOp, ...asked }) => {
      const options = { home, json, url, workspace };
      return perform(options, async (context) => {
        using interrupted = interruption();
        const { signal } = interrupted;
        const settings: Settings = { ...asked, exclude: { nodes: exclude, ops: excludeOp }, signal };
        const work: Work = { model, name, out, settings, options, context };
        await (isPath(model) ? quantizePath(work) : quantizeRegistered(work));
      });
    });
}

interface Work {
  readonly model: string;
  readonly name: string | undefined;
  readonly out: string | undefined;
  readonly settings: Settings;
  readonly options: ApiOptions;
  readonly context: LocalContext;
}

async function quantizePath({ model, name, out, settings, context }: Work): Promise<void> {
  if (out === undefined || name !== undefined) {
    const said = `"${model}" is a path, and its result a folder: name that with --out, without --name. To register it, quantize a registered model.`;
    throw new SlipwayError('invalid_argument', said, { details: { field: 'out' } });
  }
  const report = await quantize({ ...settings, source: model, out }, model, context);
  context.output.result({ folder: out, report }, () => describeQuantization(model, `in ${out}`, report));
}

async function quantizeRegistered({ model, name, out, settings, options, context }: Work): Promise<void> {
  const { output, progress } = context;
  if (out !== undefined && name !== undefined) {
    const said = '--name is that of a registered model, and --out registers none: give one of them.';
    throw new SlipwayError('invalid_argument', said, { details: { field: 'name' } });
  }
  const workspace = await findWorkspace(options);
  const source = await findModel(workspace, model);
  const work = await mkdtemp(join(tmpdir(), 'slipway-quantize-'));
  try {
    await source.download({
      targetDir: join(work, 'source'),
      onProgress: ({ bytes: done, totalBytes }) =>
        progress.show(`Downloading ${source.id}: ${bytes(done)} of ${bytes(totalBytes)}`),
      signal: settings.signal,
    });
    const folder = out ?? join(work, 'model');
    const report = await quantize(
      { ...settings, source: join(work, 'source'), out: folder },
      source.id,
      context,
    );
    if (out !== undefined) {
      return output.result({ folder: out, report }, () =>
        describeQuantization(source.id, `in ${out}`, report),
      );
    }
    const made = await Model.register({
      workspace,
      modelPath: folder,
      modelName: name ?? quantizedName(source),
      modelFramework: 'ONNX',
      properties: { ...propertiesOf(report) },
      parentId: source.id,
      onProgress: showRegistration(progress),
      signal: settings.signal,
    });
    output.result({ model: made.toJSON(), report }, () => describeQuantization(source.id, made.id, report));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function quantize(
  options: QuantizeFolderOptions,
  title: string,
  { progress }: LocalContext,
): Promise<QuantizationReport> {
  // It brings ONNX Runtime with it, which no other command waits for.
  const { quantizeFolder } = await import('@slipway/accel');
  progress.show(`Reading ${title}`);
  return await quantizeFolder({ ...options, title, onProgress: showQuantization(progress, title) });
}

/** The length of names that all deployments of the model may have, too. */
const NAME_LENGTH = 32;

/** `<source>.<version>.int8`, the source cut so that it has at most 32 characters, as conversions are named. */
function quantizedName({ name, version }: Pick<Model, 'name' | 'version'>): string {
  const end = `.${version}.int8`;
  return `${name.slice(0, NAME_LENGTH - end.length)}${end}`;
}

/** What stays with the model for ever. */
function propertiesOf({ method, target, agreement }: QuantizationReport): Record<string, string> {
  return {
    'slipway.quantization': method,
    ...(target !== 'cpu' && { 'slipway.quantization.target': target }),
    'slipway.quantization.agreement': agreement.measured
      ? `${agreement.same} of ${agreement.rows}`
      : 'not measured',
  };
}

/** No name of a model has a slash. */
function isPath(text: string): boolean {
  return text.includes('/') || existsSync(text);
}
