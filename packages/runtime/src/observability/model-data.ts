import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { TracedData } from './tracing.ts';

/** The event of a request's span that tells what was asked and answered, as Azure's traces of this name do. */
export const MODEL_DATA = 'model_data_collection';

/** Input and prediction each, in bytes: both together are Azure's 64 KB. Longer ones are left out, since a part would be no JSON. */
const MAX_BODY_BYTES = 32 * 1024;

/** What the event says: the models, and of input and prediction those that are JSON and not too long. */
export function modelDataAttributes({ models, input, prediction }: TracedData): Attributes {
  return { Models: [...models], Input: jsonOf(input), Prediction: jsonOf(prediction) };
}

function jsonOf(body: Uint8Array): string | undefined {
  if (body.length > MAX_BODY_BYTES) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    JSON.parse(text);
    return text;
  } catch {
    return undefined;
  }
}

/** What input and prediction take in memory while they wait to be sent, in characters. */
export function modelDataSize({ Input, Prediction }: Attributes): number {
  return String(Input ?? '').length + String(Prediction ?? '').length;
}

/** That of spans which no longer wait. */
export function modelDataOf(spans: readonly ReadableSpan[]): number {
  const events = spans.flatMap((span) => span.events.filter(({ name }) => name === MODEL_DATA));
  return events.reduce((sum, { attributes = {} }) => sum + modelDataSize(attributes), 0);
}
