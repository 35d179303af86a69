import { dirname } from 'node:path';
import type { LoadedModel, ReplicaModel, Signature } from '@slipway/contract';
import type { DetectionOutputs } from '../detection/detection-outputs.ts';
import type { ModelFacts } from '../engines/engine.ts';
import { aliasTensors } from '../models/alias-tensors.ts';
import { checkDeclared } from '../models/check-declared.ts';
import { labelOutputs } from '../models/label-outputs.ts';
import {
  type DeclaredDetections,
  type DeclaredSignature,
  readModelSignature,
} from '../models/read-model-signature.ts';
import type { Lane } from '../scheduling/job.ts';
import { borrowSlots } from '../scheduling/run-slots.ts';
import { openImageInputs } from './image-inputs.ts';
import { openLane } from './open-lane.ts';
import { createServedModel, type ServedModel } from './served-model.ts';
import type { ServingContext } from './serving-context.ts';

/**
 * Loads a model, warms it up and opens the lane that suits it; `beside` others that serve meanwhile, whose thread it
 * then keeps free. Throws `invalid_model`.
 */
export async function serveModel(
  model: ReplicaModel,
  replica: ServingContext,
  beside = false,
): Promise<ServedModel> {
  const slots = borrowSlots(replica.slots);
  const context = { ...replica, slots };
  const found = context.engine.inspect(model.path);
  const declared = await readModelSignature(dirname(found.file));
  const facts = { ...found, detector: declared?.detections?.detector };
  const { loaded, lane: open } = await openLane(model, facts, context, beside);
  const lane = { ...open, close: () => open.close().finally(slots.leave) };
  try {
    if (declared !== undefined) return await serveDeclared(loaded, lane, declared, facts, context);
    const signature = aliasTensors(loaded.signature, facts.aliases);
    return createServedModel(Object.freeze({ ...loaded, signature }), lane);
  } catch (thrown) {
    await lane.close();
    throw thrown;
  }
}

/** The model as the files beside it want it shown. */
async function serveDeclared(
  loaded: LoadedModel,
  lane: Lane,
  declared: DeclaredSignature,
  { aliases }: ModelFacts,
  context: ServingContext,
): Promise<ServedModel> {
  const own = loaded.signature;
  checkDeclared(own, declared);
  const images =
    declared.images.length === 0 ? undefined : await openImageInputs(own, declared.images, context.images);
  const taken = images?.signature ?? own;
  const detections = declared.detections && (await openDetections(taken, declared.detections));
  const signature = aliasTensors(labelOutputs(detections?.signature ?? taken, declared), aliases);
  return createServedModel(Object.freeze({ ...loaded, signature }), lane, { images, detections });
}

/** Loaded only for a detector. */
async function openDetections(own: Signature, { labels }: DeclaredDetections): Promise<DetectionOutputs> {
  const { openDetectionOutputs } = await import('../detection/detection-outputs.ts');
  return openDetectionOutputs(own, labels);
}
