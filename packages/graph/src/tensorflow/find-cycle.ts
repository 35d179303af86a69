/**
 * The first cycle of a directed graph, as its nodes in order, or `undefined`. It takes time in proportion to the
 * edges and no stack, however long a chain is.
 */
export function findCycle(
  names: readonly string[],
  next: (name: string) => readonly string[],
): string[] | undefined {
  const done = new Set<string>();
  for (const start of names) {
    if (done.has(start)) continue;
    const path = [{ name: start, edges: next(start).values() }];
    const onPath = new Set([start]);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const edge = top.edges.next();
      if (edge.done === true) {
        path.pop();
        onPath.delete(top.name);
        done.add(top.name);
      } else if (onPath.has(edge.value)) {
        return path.slice(path.findIndex(({ name }) => name === edge.value)).map(({ name }) => name);
      } else if (!done.has(edge.value)) {
        path.push({ name: edge.value, edges: next(edge.value).values() });
        onPath.add(edge.value);
      }
    }
  }
  return undefined;
}
