import table from '../generated/tensorflow/op-outputs.json' with { type: 'json' };
import type { FunctionDef, OpDef, OpDef_ArgDef } from '../generated/tensorflow/tensorflow_pb.ts';

/** An argument or an output by its name; one of its attributes is set where it is a list. */
export type Argument = Pick<OpDef_ArgDef, 'name' | 'numberAttr' | 'typeListAttr'>;

const ROWS: ReadonlyMap<string, string> = new Map(Object.entries(table));

/**
 * The outputs of an op in their order: a function's as it says itself, another's as the file says (`ops`), or else as
 * TensorFlow 2.21 has them. `undefined` stands for one output, or none, that is no list.
 */
export function outputsOfOp(
  op: string,
  functions: ReadonlyMap<string, FunctionDef>,
  ops: ReadonlyMap<string, OpDef>,
): readonly Argument[] | undefined {
  const definition = functions.get(op)?.signature ?? ops.get(op);
  return definition?.outputArg ?? ROWS.get(op)?.split(' ').map(outputOf);
}

/** As scripts/write-tensorflow-op-outputs.py writes it: `name`, `name*length` or `name:types`. */
function outputOf(text: string): Argument {
  const [name = '', attribute = ''] = text.split(/[*:]/);
  return {
    name,
    numberAttr: text.includes('*') ? attribute : '',
    typeListAttr: text.includes(':') ? attribute : '',
  };
}
