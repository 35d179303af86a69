import { DEFAULT_MAX_QUEUE_WAIT_MS, DEFAULT_SCORING_TIMEOUT_MS } from '@slipway/contract';

/** Room for the network around a service's own limits, so that the service's answer wins. */
const NETWORK_MARGIN_MS = 5_000;

/** Milliseconds that a call may take when nothing is said: what a service takes at most, and the network. */
export const DEFAULT_CALL_TIMEOUT_MS =
  DEFAULT_SCORING_TIMEOUT_MS + DEFAULT_MAX_QUEUE_WAIT_MS + NETWORK_MARGIN_MS;
