/** Largest request body in bytes (100 MB), the limit that Azure's front end documents. */
export const DEFAULT_MAX_BODY_BYTES = 100_000_000;

/** A request is given up after this many milliseconds of scoring (Azure: `scoring_timeout_ms`). */
export const DEFAULT_SCORING_TIMEOUT_MS = 60_000;

/** A request that waited longer than this for its turn is refused (Azure: `max_request_wait_time`). */
export const DEFAULT_MAX_QUEUE_WAIT_MS = 500;

/** Requests that may wait in one replica; one more is refused at once. Bounds memory under overload. */
export const DEFAULT_MAX_QUEUE_LENGTH = 1_000;

/** A request waits this many milliseconds for others where dynamic batching is on and nothing else is said. */
export const DEFAULT_BATCH_DELAY_MS = 2;

/** What a service that collects data keeps when nothing is said: every request, a gigabyte, a month. */
export const DEFAULT_COLLECTED_RATIO = 1;
export const DEFAULT_COLLECTED_MEGABYTES = 1_000;
export const DEFAULT_COLLECTED_DAYS = 30;

/** Most rows that a deployment may ask for in one run, and most engines of one model. */
export const MAX_BATCH_SIZE = 1_024;
export const MAX_INSTANCES = 64;

/** Most processes of one replica that run a script: each has an interpreter and a copy of the model. */
export const MAX_ENTRY_WORKERS = 64;

/** Most origins whose pages a service lets call: every request of a page is compared with them. */
export const MAX_CORS_ORIGINS = 100;

/** Milliseconds between a stuck run's scoring timeout and the replacement of its replica. */
export const STUCK_RUN_GRACE_MS = 1_000;

/** Seconds a replica may take to finish what it runs after it was told to stop. */
export const DEFAULT_DRAIN_GRACE_SECONDS = 30;

/** Seconds a new revision may take to become healthy before it is rolled back (Azure: 20 minutes). */
export const DEFAULT_ROLLOUT_TIMEOUT_SECONDS = 1_200;

/** Seconds after its start in which a replica that has answered no health check yet may fail them (Azure: `initial_delay_seconds`). */
export const DEFAULT_INITIAL_DELAY_SECONDS = 310;

/** Cores a replica asks for when nothing is said (Azure: `cpu_cores`). */
export const DEFAULT_CPU_CORES = 0.1;

/** Gigabytes (10^9 bytes) a replica asks for when nothing is said (Azure: `memory_gb`). */
export const DEFAULT_MEMORY_GB = 0.5;

/** JSON deeper than this is refused: no tensor has a hundred axes. */
export const MAX_JSON_DEPTH = 100;

/** Longest request id in characters (Azure: 431 beyond it). */
export const MAX_REQUEST_ID_LENGTH = 100;

/** Page size of a listing when none is asked for, and the most that may be asked for. */
export const DEFAULT_PAGE_SIZE = 100;
export const MAX_PAGE_SIZE = 1_000;

/** Ports of the embedded installation. */
export const DEFAULT_API_PORT = 7070;
export const DEFAULT_GATEWAY_PORT = 7080;
