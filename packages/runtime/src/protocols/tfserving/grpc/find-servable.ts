import {
  type LoadedModel,
  SlipwayError,
  servableNotFound,
  type TfservingRoute,
  type VersionChoice,
} from '@slipway/contract';
import type { DataPlane, ModelRef } from '../../../data-plane/data-plane.ts';
import type { GrpcCall } from '../../grpc/call.ts';
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
  call: Pick<GrpcCall, 'headers' | 'model'>,
  kind: Exclude<TfservingRoute['kind'], 'status'>,
): Servable | SlipwayError {
  const { name, isNamed } = findName(dataPlane, spec, call);
  const version: VersionChoice = spec?.version ?? { by: 'latest' };
  const model = dataPlane.find({ model: name, ...versionRef(version) });
  if (!(model instanceof SlipwayError)) {
    call.model = model;
    return { model, isNamed };
  }
  const unknown = servableNotFound({ kind, model: spec?.name || name, version });
  return isNamed ? unknown : asMistake(unknown);
}

/** The name of the model that a request means, whether or not there is one; and whether the request named it. */
export function findName(
  dataPlane: Pick<DataPlane, 'models' | 'nameOf'>,
  spec: ModelSpec | undefined,
  call: Pick<GrpcCall, 'headers'>,
): { readonly name: string; readonly isNamed: boolean } {
  const name = spec?.name ?? '';
  if (name !== '' && !isRouted(dataPlane, name, call)) return { name: dataPlane.nameOf(name), isNamed: true };
  return { name: dataPlane.nameOf(undefined), isNamed: false };
}

function isRouted(
  { models }: Pick<DataPlane, 'models'>,
  name: string,
  { headers }: Pick<GrpcCall, 'headers'>,
): boolean {
  if (headers[ROUTE_HEADER] === undefined) return false;
  const [only, ...others] = new Set(models.map((model) => model.name));
  return others.length === 0 && only !== name;
}

function versionRef(choice: VersionChoice): ModelRef {
  if (choice.by === 'label') return { label: choice.label };
  return choice.by === 'number' ? { version: Number(choice.version) } : {};
}

/** The same for who did not choose the model. */
export function asMistake({ message }: SlipwayError): SlipwayError {
  return new SlipwayError('invalid_argument', message);
}
