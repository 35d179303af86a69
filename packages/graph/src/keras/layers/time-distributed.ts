import { NotConverted } from '../../import/refuse.ts';
import { fieldsOf, isFields } from '../config/json.ts';
import type { Tensor } from '../graph/builder.ts';
import { ACTIVATIONS } from './activations.ts';
import { CONVOLUTIONS } from './convolutions.ts';
import type { LayerKind } from './layer-kind.ts';
import { only } from './layer-kind.ts';
import { MERGES } from './merges.ts';
import { NORMALIZATIONS } from './normalizations.ts';
import { EXPORT, type Settings, settingsOf } from './settings.ts';
import { reshaped, SHAPES } from './shapes.ts';

const INNER = { ...CONVOLUTIONS, ...NORMALIZATIONS, ...ACTIVATIONS, ...SHAPES, ...MERGES };

function innerOf(settings: Settings): { kind: LayerKind; settings: Settings } {
  const layer = settings.fields['layer'];
  const name = isFields(layer) ? String(layer['class_name']) : '';
  const kind = Object.hasOwn(INNER, name) ? INNER[name] : undefined;
  if (kind === undefined || !isFields(layer))
    throw new NotConverted(`It distributes a ${name} over steps.`, EXPORT);
  return { kind, settings: settingsOf(fieldsOf(layer['config'], 'TimeDistributed')) };
}

/** One layer for each step: steps become a part of the batch and come back. */
export const TIME_DISTRIBUTED: LayerKind = {
  weights: (settings) => {
    const inner = innerOf(settings);
    const slots = inner.kind.weights?.(inner.settings) ?? [];
    return slots.map((slot) => ({ ...slot, folder: slot.folder === '' ? 'layer' : `layer/${slot.folder}` }));
  },
  call: (call) => {
    const x = only(call);
    const inner = innerOf(call.settings);
    const [batch = null, steps = null, ...rest] = x.shape;
    if (x.shape.length < 3 || steps === null || rest.includes(null))
      throw new NotConverted('It goes over any number of steps, or of sizes that are not known.', EXPORT);
    const flat = reshaped(call, x, [batch === null ? null : batch * steps, ...rest]);
    const made = inner.kind.call({
      ...call,
      settings: inner.settings,
      inputs: [flat],
      positional: [flat],
    }) as Tensor;
    return { ...reshaped(call, made, [batch, steps, ...made.shape.slice(1)]), mask: x.mask };
  },
};
