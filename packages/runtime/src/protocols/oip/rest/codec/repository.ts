import { SlipwayError } from '@slipway/contract';
import { type JsonCursor, openJson } from '../../../../json/cursor.ts';
import { readMembers } from '../../../../json/read-members.ts';
import { readScalar, type Scalar } from '../../../../json/read-scalar.ts';
import { skipValue } from '../../../../json/skip-value.ts';
import type { IndexEntry } from '../../describe.ts';
import { type Parameters, readFlag } from '../../parameters.ts';
import { invalid } from '../../refusals.ts';
import { endJson, jsonError, readParameters } from './infer-body.ts';

const NO_PARAMETERS: Parameters = new Map();

/** The body of the answer to `POST /v2/repository/index`. */
export function encodeRepositoryIndex(entries: readonly IndexEntry[]): string {
  return JSON.stringify(
    entries.map(({ name, version, state, reason }) => ({ name, version, state, reason })),
  );
}

/** Whether the index should list only models that are ready. An empty body asks for all. */
export function decodeIndexRequest(body: Uint8Array): { readonly readyOnly: boolean } | SlipwayError {
  let ready: Scalar | undefined = false;
  const problem = readObject(body, (cursor, key) => {
    if (key === 'ready') ready = readScalar(cursor);
    else skipValue(cursor);
  });
  if (problem !== undefined) return problem;
  return typeof ready === 'boolean'
    ? { readyOnly: ready }
    : invalid("Invalid value for 'ready': expected a boolean");
}

/** The parameters of a request to load a model. An empty body has none. */
export function decodeLoadRequest(body: Uint8Array): Parameters | SlipwayError {
  let parameters = NO_PARAMETERS;
  const problem = readObject(body, (cursor, key) => {
    if (key === 'parameters') parameters = readParameters(cursor);
    else skipValue(cursor);
  });
  return problem ?? parameters;
}

/** Whether a request to unload a model means the models as well that were loaded with it. */
export function decodeUnloadRequest(body: Uint8Array): { readonly unloadDependents: boolean } | SlipwayError {
  const parameters = decodeLoadRequest(body);
  if (parameters instanceof SlipwayError) return parameters;
  const unloadDependents = readFlag(parameters, 'unload_dependents') ?? false;
  return unloadDependents instanceof SlipwayError ? unloadDependents : { unloadDependents };
}

function readObject(
  body: Uint8Array,
  readMember: (cursor: JsonCursor, key: string) => void,
): SlipwayError | undefined {
  if (body.length === 0) return undefined;
  const cursor = openJson(body);
  readMembers(cursor, (key) => readMember(cursor, key));
  endJson(cursor);
  return jsonError(cursor);
}
