/** Numbers from 0 up that are added nearly in order; it holds only those behind which some are missing. */
export class DoneSet {
  #below = 0;
  readonly #above = new Set<number>();

  has(index: number): boolean {
    return index < this.#below || this.#above.has(index);
  }

  /** False if it was there already. */
  add(index: number): boolean {
    if (this.has(index)) return false;
    this.#above.add(index);
    while (this.#above.delete(this.#below)) this.#below += 1;
    return true;
  }
}
