/** First in, first out, at a constant cost: `Array.shift` moves all that stands behind. */
export interface Fifo<T> {
  readonly size: number;
  push(item: T): void;
  first(): T | undefined;
  /** Removes the first. */
  shift(): T | undefined;
  /** Removes the last. */
  pop(): T | undefined;
  forEach(visit: (item: T) => void): void;
  /** Keeps, in their order, those for which `keep` is true; it is asked once for each. */
  retain(keep: (item: T) => boolean): void;
}

/** Empty places at the front that are put up with before they are given back. */
const MOST_EMPTY = 64;

export function createFifo<T>(): Fifo<T> {
  let items: (T | undefined)[] = [];
  let head = 0;

  const giveBack = () => {
    if (head === items.length) {
      items.length = 0;
      head = 0;
    } else if (head > MOST_EMPTY && head * 2 > items.length) {
      items = items.slice(head);
      head = 0;
    }
  };
  return {
    get size() {
      return items.length - head;
    },
    push(item) {
      items.push(item);
    },
    first: () => items[head],
    shift() {
      if (head === items.length) return undefined;
      const item = items[head];
      items[head] = undefined;
      head += 1;
      giveBack();
      return item;
    },
    pop() {
      if (head === items.length) return undefined;
      const item = items.pop();
      giveBack();
      return item;
    },
    forEach(visit) {
      for (let index = head; index < items.length; index += 1) visit(items[index] as T);
    },
    retain(keep) {
      items = items.slice(head).filter((item) => keep(item as T));
      head = 0;
    },
  };
}
