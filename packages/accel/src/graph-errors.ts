import { GRAPH_ERROR_CODES, SlipwayError } from '@slipway/contract';
import { GraphError } from '@slipway/graph/onnx';

/** Does some work with graphs; what it throws of them has the codes of all other errors. */
export function withGraphErrors<T>(work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw translated(thrown);
  }
}

/** As `withGraphErrors`, for work that takes a while. */
export async function withGraphErrorsLater<T>(work: () => Promise<T>): Promise<T> {
  return await work().catch((thrown: unknown) => {
    throw translated(thrown);
  });
}

function translated(thrown: unknown): unknown {
  if (!(thrown instanceof GraphError)) return thrown;
  return new SlipwayError(GRAPH_ERROR_CODES[thrown.code], thrown.message, { cause: thrown });
}
