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
