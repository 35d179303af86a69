import { GraphError } from '../graph-error.ts';
import { quoted } from '../tensorflow/refusals.ts';

/** Why a node is not converted, and what to do; it is reported with all others. */
export class NotConverted extends Error {
  override readonly name = 'NotConverted';
  readonly instead: string;

  constructor(why: string, instead: string) {
    super(why);
    this.instead = instead;
  }
}

/** A graph within the node was refused already, with all that is wrong in it. */
export class RefusedWithin extends Error {
  override readonly name = 'RefusedWithin';
}

/** Of a tensor that no node makes, what cannot be converted is an error at once. Throws `GraphError`. */
export function orRefuse<T>(tensor: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof NotConverted)) throw error;
    const said = `The tensor ${quoted(tensor)} cannot be converted exactly. ${error.message} ${error.instead}`;
    throw new GraphError('unsupported', said);
  }
}
