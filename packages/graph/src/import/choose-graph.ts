import { GraphError } from '../graph-error.ts';
import type { MetaGraph } from '../tensorflow/model.ts';

/** The tag of graphs that are for serving. */
const SERVE = 'serve';

/**
 * The graph with exactly these tags; without tags the only one, or the one that is for serving and nothing else.
 * Throws `GraphError` (`invalid_argument`) with the tags that there are.
 */
export function chooseGraph(graphs: readonly MetaGraph[], tags?: readonly string[]): MetaGraph {
  const [only] = graphs;
  if (tags === undefined && graphs.length === 1 && only !== undefined) return only;
  const wanted = (tags ?? [SERVE]).toSorted().join();
  const found = graphs.find((graph) => graph.tags.toSorted().join() === wanted);
  if (found !== undefined) return found;
  const there = graphs.map((graph) => `"${graph.tags.join(',')}"`).join(', ');
  throw new GraphError(
    'invalid_argument',
    `The model has no graph with the tags "${wanted}". Name the tags of one of these: ${there}.`,
  );
}
