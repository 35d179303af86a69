import { type LoadedModel, SlipwayError } from '@slipway/contract';
import type { DataPlane, ModelRef } from '../../../data-plane/data-plane.ts';
import type { GrpcCall } from '../../grpc/call.ts';
import { servableNotFound } from '../rest/errors.ts';
import type { Route, VersionChoice } from '../rest/route.ts';
import type { ModelSpec } from './codec/model-spec.ts';

/** Metadata by which Azure's clients say which service they mean. */
const ROUTE_HEADER = 'x-ms-aml-grpc-service-route';

/** The model that answers, and whether the request named it. */
export interface Servable {
  readonly model: LoadedModel;
  /**
   * Clients of TensorFlow Serving name their model. Azure's do not, or name one of their own, and try everything but
   * INVALID_ARGUMENT again for 15 seconds: so their mistakes are told as that.
   */
  readonly isNamed: boolean;
}

/**
 * The model that a request means. One that names none, or that came by a service's route to a service of one model,
 * means the default. The errors are the stock server's.
 */
export function findServable(
  dataPlane: DataPlane,
  spec: ModelSpec | undefined,
  call: Pick<GrpcCall, 'headers'>,
  kind: Route['kind'],
): Servable | SlipwayError {
  const name = spec?.name ?? '';
  const version: VersionChoice = spec?.version ?? { by: 'latest' };
  const ref = versionRef(version);
  if (name === '' || isRouted(dataPlane, name, call)) {
    const model = dataPlane.find(ref);
    const wanted = name === '' ? (dataPlane.models[0]?.name ?? '') : name;
    return model instanceof SlipwayError
      ? asMistake(servableNotFound({ kind, model: wanted, version }))
      : { model, isNamed: false };
  }
  const model = dataPlane.find({ model: name, ...ref });
  return model instanceof SlipwayError
    ? servableNotFound({ kind, model: name, version })
    : { model, isNamed: true };
}

function isRouted({ models }: DataPlane, name: string, { headers }: Pick<GrpcCall, 'headers'>): boolean {
  if (headers[ROUTE_HEADER] === undefined) return false;
  const [only, ...others] = new Set(models.map((model) => model.name));
  return others.length === 0 && only !== name;
}

function versionRef(choice: VersionChoice): ModelRef {
  if (choice.by === 'label') return { label: choice.label };
  return choice.by === 'number' ? { version: Number(choice.version) } : {};
}

function asMistake({ message }: SlipwayError): SlipwayError {
  return new SlipwayError('invalid_argument', message);
}
