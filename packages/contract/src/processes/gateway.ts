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
  /** Of a service that is scaled by its load; absent: its load is not measured, and nothing waits for a replica. */
  readonly scaling?: ServiceScaling | undefined;
  readonly replicas: readonly ReplicaRoute[];
}

/** What the gateway does for a service whose replicas come and go with its load. */
export interface ServiceScaling {
  /** Requests that a replica runs at once; what it has beyond them waits in it. */
  readonly concurrency: number;
  /** Requests that wait at the gateway while there is no replica; 0: they are refused. */
  readonly maxHeld: number;
  /** Milliseconds that such a request waits at most. */
  readonly holdTimeoutMs: number;
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
  /** The load of each service that is scaled by it. */
  readonly loads?: Readonly<Record<string, ServiceLoad>> | undefined;
}

/** Sums over time since the gateway first knew the service: two looks at them give the mean in between. */
export interface ServiceLoad {
  /** When this was written, in milliseconds of the gateway's own clock. */
  readonly atMs: number;
  /** Requests that ran, times how long: each replica counts `concurrency` of those that are with it. */
  readonly runningMs: number;
  /** Requests that waited in a replica, times how long. */
  readonly waitingMs: number;
  /** Replicas in the routes, now. */
  readonly replicas: number;
  /** Requests that wait at the gateway for a replica, now. */
  readonly held: number;
}
