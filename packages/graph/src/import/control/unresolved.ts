import { NotConverted } from '../refuse.ts';

const LOOP_OPS: ReadonlySet<string> = new Set(
  ['Enter', 'Exit', 'NextIteration'].flatMap((op) => [op, `Ref${op}`]).concat('LoopCond'),
);

const CONDITION_OPS: ReadonlySet<string> = new Set(['Switch', 'Merge'].flatMap((op) => [op, `Ref${op}`]));

/** Why a node of TensorFlow 1's control flow is left, where it is one. */
export function unresolved(op: string): NotConverted | undefined {
  if (LOOP_OPS.has(op))
    return new NotConverted(
      'It is part of a loop that cannot be told apart from the graph around it.',
      'Write the loop with tf.while_loop, or choose tensors behind it as inputs.',
    );
  if (!CONDITION_OPS.has(op)) return undefined;
  return new NotConverted(
    'It is part of a condition that is not one of two branches of a predicate.',
    'Write the condition with tf.cond, or choose tensors behind it as inputs.',
  );
}
