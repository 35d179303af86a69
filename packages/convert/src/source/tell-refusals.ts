import { GraphError } from '@slipway/graph/tensorflow';
import type { Tell } from '../tell.ts';

/** Does some work; nodes that stand in its way are told, a line each. */
export async function tellRefusals<T>(tell: Tell, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof GraphError) {
      for (const { node, op, why, instead } of thrown.nodes) {
        tell({ level: 'warn', message: `"${node}" (${op}) cannot be converted: ${why} ${instead}` });
      }
    }
    throw thrown;
  }
}
