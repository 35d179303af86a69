import type { QuantizationReport, QuantizeProgress } from '@slipway/accel';
import { bytes } from './format.ts';
import type { Progress } from './progress.ts';
import { details } from './table.ts';

const DOING: Readonly<Record<QuantizeProgress['phase'], string>> = {
  calibrating: 'Calibrating with sample',
  comparing: 'Comparing sample',
  finding: 'Trying layers in FP32:',
  timing: 'Timing run',
};

/** Layers that stay in FP32 and are named; all of them stand in `quantization.json`. */
const NAMED_LAYERS = 10;

/** Operators with weights, which most of the time and memory goes into. */
const WEIGHTED: ReadonlySet<string> = new Set(['Conv', 'Gemm', 'MatMul']);

/** Shows how far a quantization is. */
export function showQuantization(progress: Progress, title: string): (now: QuantizeProgress) => void {
  return ({ phase, done, total }) =>
    progress.show(`Quantizing ${title}. ${DOING[phase]} ${done} of ${total}`);
}

/** What was made of a model, beside the float model. */
export function describeQuantization(source: string, made: string, report: QuantizationReport): string {
  return `${source} is quantized: ${made}.\n${details(fieldsOf(report))}${floatLayers(report)}`;
}

function fieldsOf(report: QuantizationReport): Record<string, string | undefined> {
  const { samples, bytes: sizes, reduceRange, fallback } = report;
  return {
    Method: methodText(report),
    Weights: reduceRange.value ? `seven bits: ${reduceRange.why}` : `eight bits: ${reduceRange.why}`,
    Calibration: samples.calibration === null ? undefined : samplesText(samples.calibration),
    Evaluation:
      samples.evaluation === null
        ? 'none: there were no samples for it'
        : [samplesText(samples.evaluation), samples.apart].filter((part) => part !== null).join('; '),
    Agreement: agreementText(report),
    Error: errorText(report),
    Size: `${bytes(sizes.float)} became ${bytes(sizes.quantized)}`,
    Latency: latencyText(report),
    Layers: `${report.layers.integer} in eight bits`,
    Attempts: fallback === null ? undefined : attemptsText(fallback),
  };
}

function methodText({ method, target, calibrator, activations, perChannel }: QuantizationReport): string {
  return [
    method,
    ...(calibrator === null
      ? []
      : [`by ${calibrator.name}${calibrator.percentile === undefined ? '' : ` ${calibrator.percentile}`}`]),
    ...(activations === null ? [] : [`activations ${activations}`]),
    perChannel ? 'weights by channel' : 'one scale for all weights',
    ...(target === 'cpu' ? [] : [`for ${target}, where it was never tried`]),
  ].join(', ');
}

function samplesText({ count, description }: { count: number; description: string }): string {
  return `${count} samples: ${description}`;
}

function agreementText({ agreement }: QuantizationReport): string {
  if (!agreement.measured) return `not measured: ${agreement.why}`;
  const { same, rows, share, output } = agreement;
  return `${(100 * share).toFixed(2)} % (${same} of ${rows} have the same top class in ${output})`;
}

function errorText({ outputs }: QuantizationReport): string | undefined {
  if (outputs.length === 0) return undefined;
  return outputs
    .map(({ output, decibels, largest }) => {
      const ratio = decibels === null ? 'no difference' : `${decibels.toFixed(1)} dB`;
      return `${output} ${ratio}, at most ${largest.toPrecision(2)}`;
    })
    .join('; ');
}

function latencyText({ latency }: QuantizationReport): string {
  if (!latency.measured) return `not measured: ${latency.why}`;
  const { float, quantized, runs } = latency;
  const faster = `${(float / quantized).toFixed(2)} times as fast`;
  return `${float.toFixed(2)} ms became ${quantized.toFixed(2)} ms, ${faster} (one thread, medians of ${runs} runs in turn)`;
}

function attemptsText({ asked, attempts }: NonNullable<QuantizationReport['fallback']>): string {
  const tried = attempts.map(({ float, share }) => `${float} in FP32 ${(100 * share).toFixed(2)} %`);
  return `${tried.join(', ')}; ${(100 * asked).toFixed(2)} % was asked for`;
}

/** Those with weights; what only stands between them follows from them. */
function floatLayers({ layers }: QuantizationReport): string {
  const weighted = layers.float.filter(({ op }) => WEIGHTED.has(op));
  if (weighted.length === 0) return '';
  const named = weighted.slice(0, NAMED_LAYERS).map(({ node, op, why }) => `  ${node} (${op}): ${why}`);
  const more = weighted.length - named.length;
  const rest = more > 0 ? [`  and ${more} more, which quantization.json names`] : [];
  return ['\nIn FP32 stay:', ...named, ...rest].join('\n');
}
