import type { ModelInspection } from '@slipway/sdk';
import { details } from './table.ts';

/** Ops that are shown; the rest are counted. */
const SHOWN_OPS = 30;

/** What stands in a model, for people. */
export function describeInspection(inspection: ModelInspection): string {
  const { format, path, producer, ops, nodes, functions, parameters, variables } = inspection;
  const shown = ops.slice(0, SHOWN_OPS).map((each) => `${each.op} ${each.nodes}`);
  if (ops.length > SHOWN_OPS) shown.push(`and ${ops.length - SHOWN_OPS} more`);
  return [
    details({
      Format: path === '' ? format : `${format} (${path})`,
      Producer: producer ?? undefined,
      Nodes: functions === 0 ? String(nodes) : `${nodes}, and ${functions} functions`,
      Ops: shown.join(', '),
      Parameters: parameters.toLocaleString('en'),
      Variables: variables.length === 0 ? undefined : String(variables.length),
    }),
    ...inspection.signatures.map(signatureText),
    ...inspection.outlooks.map(outlookText),
    ...problemsText(inspection),
  ].join('\n');
}

function signatureText({ name, inputs, outputs }: ModelInspection['signatures'][number]): string {
  const title = name === '' ? 'Tensors:' : `Signature ${name}:`;
  return [
    title,
    ...inputs.map((tensor) => `  in   ${tensorText(tensor)}`),
    ...outputs.map((tensor) => `  out  ${tensorText(tensor)}`),
  ].join('\n');
}

function tensorText({ name, tensor, dtype, shape }: ModelInspection['signatures'][number]['inputs'][number]) {
  const dims = shape === null ? ' of any rank' : `[${shape.map((size) => size ?? '?').join(',')}]`;
  return name === tensor || `${name}:0` === tensor
    ? `${tensor} ${dtype}${dims}`
    : `${name} = ${tensor} ${dtype}${dims}`;
}

function outlookText({ signature, converts, problem }: ModelInspection['outlooks'][number]): string {
  const what = signature === '' ? 'The model' : `The signature ${signature}`;
  return converts ? `${what} can be converted.` : `${what} cannot be converted: ${problem}`;
}

function problemsText({ format, problems }: ModelInspection): string[] {
  if (format !== 'onnx') return [];
  if (problems.length === 0) return ['It is ONNX already, and breaks no rule of it.'];
  return [`It is ONNX already, and breaks rules of it:`, ...problems.map((line) => `- ${line}`)];
}
