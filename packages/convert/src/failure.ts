import {
  type ErrorBody,
  GRAPH_ERROR_CODES,
  SlipwayError,
  systemCode,
  toSlipwayError,
} from '@slipway/contract';
import { GraphError } from '@slipway/graph/onnx';

/** Nodes that a message names; all that are known stand in its details and in the log. */
const NAMED_NODES = 20;

const FULL = new Set(['ENOSPC', 'EDQUOT']);

/** What went wrong, for whoever asked: paths in `folder` are told as they are in the model. */
export function failureOf(thrown: unknown, folder?: string): ErrorBody {
  const body = asSlipwayError(thrown).toJSON();
  const message = folder === undefined ? body.message : withoutFolder(body.message, folder);
  return { ...body, message };
}

function asSlipwayError(thrown: unknown): SlipwayError {
  if (thrown instanceof GraphError) return ofGraph(thrown);
  if (FULL.has(systemCode(thrown) ?? '')) {
    return new SlipwayError(
      'storage_full',
      'No space is left to write the converted model: free some in the home folder of the server and try again.',
      { cause: thrown },
    );
  }
  return toSlipwayError(thrown);
}

function ofGraph({ code, message, nodes }: GraphError): SlipwayError {
  const more = nodes.length - NAMED_NODES;
  if (nodes.length === 0) return new SlipwayError(GRAPH_ERROR_CODES[code], message);
  const lines = message.split('\n').slice(0, NAMED_NODES + 1);
  if (more > 0) lines.push(`- and ${more} more, which the log names`);
  return new SlipwayError(GRAPH_ERROR_CODES[code], lines.join('\n'), { details: { nodes } });
}

function withoutFolder(message: string, folder: string): string {
  return message.replaceAll(`${folder}/`, '').replaceAll(folder, 'The model');
}
