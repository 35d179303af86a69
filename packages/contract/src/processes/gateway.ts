/** How the gateway process is set up, in the JSON file named by its `--config` argument. */
export interface GatewayConfig {
  readonly kind: 'GatewayConfig';
  readonly listen: { readonly host: string; readonly port: number };
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  readonly adminToken: string;
  /** Absolute paths. */
  readonly routesFile: string;
  readonly stateFile: string;
  readonly maxBodyBytes: number;
  readonly drainGraceSeconds: number;
}

/** The whole routing table; a larger generation replaces a smaller one. */
export interface GatewayRoutes {
  readonly kind: 'GatewayRoutes';
  readonly generation: number;
  readonly services: readonly ServiceRoute[];
}

/** One service as the gateway sees it. A service without replicas is known, but not ready. */
export interface ServiceRoute {
  readonly name: string;
  /** Names of the models that it serves; the first is the one that is meant where none is named. */
  readonly models: readonly string[];
  readonly scoringTimeoutMs: number;
  readonly maxBodyBytes: number;
  /** Origins whose pages may call from a browser, `*` for all; absent: none. */
  readonly corsOrigins?: readonly string[] | undefined;
  readonly replicas: readonly ReplicaRoute[];
}

export interface ReplicaRoute {
  readonly replicaId: string;
  readonly host: string;
  readonly port: number;
}

/** What the gateway says of itself: in its state file, and as the answer of its admin listener. */
export interface GatewayState {
  readonly kind: 'GatewayState';
  readonly pid: number;
  readonly phase: 'starting' | 'ready' | 'draining' | 'failed';
  readonly port: number | null;
  readonly adminPort: number | null;
  readonly routesGeneration: number;
  readonly error: { readonly code: string; readonly message: string } | null;
  /** Requests now with each replica, by replica id: a replica that left the routes and shows 0 is drained. */
  readonly inFlight: Readonly<Record<string, number>>;
}
