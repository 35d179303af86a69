import { decodeOipName, SlipwayError } from '@slipway/contract';

/** What an address of the protocol asks for. Versions are any text; absent: the newest. */
export type OipRoute =
  | { readonly kind: ServerRouteKind | 'repositoryIndex' }
  | { readonly kind: 'repositoryLoad' | 'repositoryUnload'; readonly model: string }
  | ModelRoute;

/** What is asked of one model. */
export interface ModelRoute {
  readonly kind: ModelRouteKind;
  readonly model: string;
  readonly version: string | undefined;
}

export type ServerRouteKind = 'serverMetadata' | 'serverLive' | 'serverReady' | 'serverStats';

export type ModelRouteKind = 'modelReady' | 'modelMetadata' | 'modelConfig' | 'modelStats' | 'infer';

/** A route before its method is known to be right. */
interface Address {
  readonly method: 'GET' | 'POST';
  readonly route: OipRoute;
}

const SERVER_ADDRESSES: ReadonlyMap<string, ServerRouteKind> = new Map<string, ServerRouteKind>([
  ['/v2', 'serverMetadata'],
  ['/v2/', 'serverMetadata'],
  ['/v2/health/live', 'serverLive'],
  ['/v2/health/ready', 'serverReady'],
  ['/v2/models/stats', 'serverStats'],
]);

const MODEL_ADDRESS = /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(?:\/(infer|ready|config|stats))?$/;
const REPOSITORY_ADDRESS = /^\/v2\/repository(?:\/([^/]+))?\/(?:(index)|models\/([^/]+)\/(load|unload))$/;

/** Addresses of extensions of the stock server's that are not served, and what a caller can do without them. */
const UNSUPPORTED_ADDRESSES: readonly [RegExp, string][] = [
  [
    /^\/v2\/(?:system|cuda)sharedmemory\/(?:region\/[^/]+\/)?(?:status|register|unregister)$/,
    'shared memory is not supported; send and ask for tensors in the body',
  ],
  [
    /^\/v2\/(?:models\/[^/]+\/)?trace\/setting$/,
    'trace settings are not supported; what is traced is said in the configuration of the deployment',
  ],
  [
    /^\/v2\/logging$/,
    'log settings are not supported; what is logged is said in the configuration of the deployment',
  ],
];

const MODEL_KINDS: Readonly<Record<string, ModelRouteKind>> = {
  infer: 'infer',
  ready: 'modelReady',
  config: 'modelConfig',
  stats: 'modelStats',
};

/**
 * What `method` and `path` (as sent, without its query) ask for. Names are URL-decoded once. The error is `not_found`
 * or `method_not_allowed` in the stock server's words, `invalid_argument` for a name that would lead out of a folder,
 * and `unsupported` for a repository by name and for extensions that are not served.
 */
export function findRoute(method: string, path: string): OipRoute | SlipwayError {
  const address =
    serverAddress(path) ?? modelAddress(path) ?? repositoryAddress(path) ?? unsupportedAddress(path);
  if (address === undefined) return new SlipwayError('not_found', 'Not Found');
  if (address instanceof SlipwayError) return address;
  if (address.method === method) return address.route;
  return new SlipwayError('method_not_allowed', 'Method Not Allowed', { details: { allow: address.method } });
}

function serverAddress(path: string): Address | undefined {
  const kind = SERVER_ADDRESSES.get(path);
  return kind && { method: 'GET', route: { kind } };
}

function modelAddress(path: string): Address | SlipwayError | undefined {
  const match = MODEL_ADDRESS.exec(path);
  if (match === null) return undefined;
  const [, nameText = '', versionText, action = ''] = match;
  const model = decodeOipName(nameText);
  if (model instanceof SlipwayError) return model;
  const version = versionText === undefined ? undefined : decodeOipName(versionText);
  if (version instanceof SlipwayError) return version;
  const kind = MODEL_KINDS[action] ?? 'modelMetadata';
  return { method: kind === 'infer' ? 'POST' : 'GET', route: { kind, model, version } };
}

function repositoryAddress(path: string): Address | SlipwayError | undefined {
  const match = REPOSITORY_ADDRESS.exec(path);
  if (match === null) return undefined;
  const [, repository, index, nameText = '', action] = match;
  if (index !== undefined) return { method: 'POST', route: { kind: 'repositoryIndex' } };
  if (repository !== undefined) {
    return new SlipwayError('unsupported', "'repository_name' specification is not supported");
  }
  const model = decodeOipName(nameText);
  if (model instanceof SlipwayError) return model;
  return {
    method: 'POST',
    route: { kind: action === 'load' ? 'repositoryLoad' : 'repositoryUnload', model },
  };
}

function unsupportedAddress(path: string): SlipwayError | undefined {
  const found = UNSUPPORTED_ADDRESSES.find(([pattern]) => pattern.test(path));
  return found && new SlipwayError('unsupported', found[1]);
}
