import {
  isTfservingPath,
  parseTfservingRoute,
  SlipwayError,
  servableNotFound,
  type TfservingRoute,
  type VersionChoice,
} from '@slipway/contract';
import type { DataPlane, ModelRef } from '../../../data-plane/data-plane.ts';
import { whenAllowed } from '../../allow.ts';
import { answerJson, type Exchange, refuse } from '../../exchange.ts';
import { findModel, infer, servingDataPlane, type Target } from '../../infer.ts';
import type { Protocol } from '../../protocol.ts';
import { versionStates } from '../version-states.ts';
import { readDocument, readSignatureName } from './codec/document.ts';
import { encodeMetadata } from './codec/encode-metadata.ts';
import { encodeStatus } from './codec/encode-status.ts';
import { errorAnswer } from './errors.ts';
import { CLASSIFY, PREDICT, REGRESS } from './infer-steps.ts';

/** The REST API of TensorFlow Serving. */
export const tfserving: Protocol = { name: 'tfserving', owns: isTfservingPath, handle, errorAnswer };

function handle(exchange: Exchange): void | Promise<void> {
  const route = parseTfservingRoute(exchange.request.method, exchange.path);
  if (route instanceof SlipwayError) return refuse(exchange, route);
  return whenAllowed(exchange, () => serve(exchange, route));
}

function serve(exchange: Exchange, route: TfservingRoute): void | Promise<void> {
  const target = targetOf(route);
  switch (route.kind) {
    case 'predict':
      return infer(exchange, target, PREDICT);
    case 'classify':
      return infer(exchange, target, CLASSIFY);
    case 'regress':
      return infer(exchange, target, REGRESS);
    case 'status':
      return answerJson(exchange, status(servingDataPlane(exchange), route));
    case 'metadata':
      return answerJson(exchange, metadata(exchange, target));
  }
}

function targetOf(route: TfservingRoute): Target {
  const { model, version } = route;
  return {
    ref: { model, ...versionRef(version) },
    notFound: (body) => wrongBody(body) ?? servableNotFound(route),
  };
}

/** The stock server reads a body before it looks for the model. */
function wrongBody(body: Buffer | undefined): SlipwayError | undefined {
  const document = body && readDocument(body);
  if (document === undefined || document instanceof SlipwayError) return document;
  const name = readSignatureName(document);
  return name instanceof SlipwayError ? name : undefined;
}

function versionRef(choice: VersionChoice): ModelRef {
  if (choice.by === 'label') return { label: choice.label };
  return choice.by === 'number' ? { version: Number(choice.version) } : {};
}

function status(
  dataPlane: DataPlane | SlipwayError,
  { model, version }: TfservingRoute,
): Buffer | SlipwayError {
  if (dataPlane instanceof SlipwayError) return dataPlane;
  const versions = versionStates(dataPlane.states(), dataPlane.nameOf(model), version);
  return versions instanceof SlipwayError ? versions : encodeStatus(versions);
}

function metadata(exchange: Exchange, target: Target): Buffer | SlipwayError {
  const dataPlane = servingDataPlane(exchange);
  if (dataPlane instanceof SlipwayError) return dataPlane;
  const model = findModel(exchange, dataPlane, target);
  return model instanceof SlipwayError ? model : encodeMetadata(model);
}
