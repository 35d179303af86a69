import type { SlipwayError } from '@slipway/contract';
import { invalid } from './refusals.ts';

/** The value of a parameter. Whole numbers are bigints, other numbers numbers. */
export type ParameterValue = string | boolean | bigint | number;

/** Parameters by name; `undefined` for a value of a type that no parameter has. */
export type Parameters = ReadonlyMap<string, ParameterValue | undefined>;

/** What the parameters of a request ask for. */
export interface RequestOptions {
  /** Lower goes first; absent: the model's usual priority. */
  readonly priority: number | undefined;
  /** How long it may wait for its turn; absent: as long as the deployment says. */
  readonly timeoutMicroseconds: number | undefined;
  /** All that mean nothing to the protocol, as they came. */
  readonly custom: ReadonlyMap<string, ParameterValue>;
}

/** Parameters that tell the requests of a sequence apart, and the values of those that begin none. */
const SEQUENCE_PARAMETERS: readonly string[] = ['sequence_id', 'sequence_start', 'sequence_end'];

const RESERVED_PREFIX = 'triton_';

/**
 * The options in a request's parameters. `own` names the parameters that the caller of this function reads itself.
 * Refused are sequences, reserved names, and values of a wrong type.
 */
export function readRequestOptions(
  parameters: Parameters,
  own: ReadonlySet<string>,
): RequestOptions | SlipwayError {
  const priority = readCount(parameters, 'priority');
  if (typeof priority === 'object') return priority;
  const timeout = readCount(parameters, 'timeout');
  if (typeof timeout === 'object') return timeout;
  const custom = new Map<string, ParameterValue>();
  for (const [name, value] of parameters) {
    if (own.has(name) || name === 'priority' || name === 'timeout') continue;
    const problem = refusal(name, value);
    if (problem !== undefined) return problem;
    if (value !== undefined && !SEQUENCE_PARAMETERS.includes(name)) custom.set(name, value);
  }
  return { priority: priority || undefined, timeoutMicroseconds: timeout || undefined, custom };
}

function refusal(name: string, value: ParameterValue | undefined): SlipwayError | undefined {
  if (SEQUENCE_PARAMETERS.includes(name)) return value ? sequenceRefusal(name) : undefined;
  if (name.startsWith(RESERVED_PREFIX)) {
    return invalid(
      "parameter keys starting with 'triton_' are reserved for Triton usage and should not be specified.",
    );
  }
  if (value !== undefined) return undefined;
  return invalid(`parameter '${name}' has invalid type. It should be either 'int', 'bool', or 'string'.`);
}

function sequenceRefusal(name: string): SlipwayError {
  return invalid(
    `parameter '${name}' asks for a sequence, but no model here keeps state between requests; send the request without sequence_id, sequence_start and sequence_end.`,
  );
}

/** A parameter that counts something; `undefined` if it was not sent. */
export function readCount(parameters: Parameters, name: string): number | undefined | SlipwayError {
  if (!parameters.has(name)) return undefined;
  const value = parameters.get(name);
  if (typeof value === 'bigint' && value >= 0n) return Number(value);
  return invalid(`Unable to parse '${name}': expected a whole number from 0, found ${show(value)}`);
}

/** A parameter that is true or false; `undefined` if it was not sent. */
export function readFlag(parameters: Parameters, name: string): boolean | undefined | SlipwayError {
  if (!parameters.has(name)) return undefined;
  const value = parameters.get(name);
  if (typeof value === 'boolean') return value;
  return invalid(`Unable to parse '${name}': expected true or false, found ${show(value)}`);
}

function show(value: ParameterValue | undefined): string {
  if (value === undefined) return 'an array, an object or null';
  return typeof value === 'string' ? 'a string' : String(value);
}
