import type { ConversionReport, Model } from '@slipway/contract/api';
import { bytes } from './format.ts';
import { details } from './table.ts';

/** A model that a conversion made, or had made before. */
export function describeConverted({ conversion }: Model, message: string): string {
  return conversion === null ? message : `${message}\n${details(conversionDetails(conversion))}`;
}

/** How a model was converted, by heading. */
export function conversionDetails(report: ConversionReport): Record<string, string> {
  const { nodes, seconds, sizes, inputs, outputs, source } = report;
  const before =
    source.format === 'onnx'
      ? `${nodes.imported} of ONNX`
      : `${nodes.tensorflow} of TensorFlow, ${nodes.imported} imported`;
  return {
    Inputs: inputs.map(tensorText).join(', '),
    Outputs: outputs.map(tensorText).join(', '),
    ...(report.images.length > 0 && { Images: report.images.join(', ') }),
    Converter: report.converter,
    Nodes: `${before}, ${nodes.onnx} after folding and fusing`,
    Parameters: `${report.parameters.toLocaleString('en')} (${bytes(sizes.source)} became ${bytes(sizes.onnx)})`,
    Took: `${seconds.total.toFixed(1)} s, ${bytes(report.peakMemory)} of memory`,
    Tried: `ONNX Runtime ${report.onnxruntime}, ${comparison(report)}`,
  };
}

function tensorText({ name, dtype, shape }: ConversionReport['inputs'][number]): string {
  return `${name} ${dtype}${shape === null ? '' : `[${shape.map((size) => size ?? '?').join(',')}]`}`;
}

function comparison({ tensorflow, trials }: ConversionReport): string {
  const errors = trials.flatMap((trial) => trial.error ?? []);
  const error = errors.length === 0 ? undefined : Math.max(...errors);
  if (tensorflow === null) {
    const signal = Math.max(...trials.map(({ relativeSignal }) => relativeSignal));
    const change = `outputs change with inputs by ${percent(signal)} of their size`;
    return error === undefined
      ? change
      : `${change}, and are ${error.toExponential(1)} of that change away from the source's`;
  }
  return `${(error ?? 0).toExponential(1)} of that change away from TensorFlow ${tensorflow}`;
}

function percent(part: number): string {
  return part >= 0.1 ? `${Math.round(part * 100)} %` : `${(part * 100).toPrecision(2)} %`;
}
