/** First in, first out, at a constant cost: `Array.shift` moves all that stands behind. Changed by `put` and the like. */
export interface Fifo<T> {
  items: (T | undefined)[];
  /** Places at the front that are empty already. */
  head: number;
}

/** Empty places at the front that are put up with before they are given back. */
const MOST_EMPTY = 64;

export function createFifo<T>(): Fifo<T> {
  return { items: [], head: 0 };
}

export function sizeOf(fifo: Fifo<unknown>): number {
  return fifo.items.length - fifo.head;
}

export function put<T>(fifo: Fifo<T>, item: T): void {
  fifo.items.push(item);
}

export function firstOf<T>(fifo: Fifo<T>): T | undefined {
  return fifo.items[fifo.head];
}

export function takeFirst<T>(fifo: Fifo<T>): T | undefined {
  const { items, head } = fifo;
  if (head === items.length) return undefined;
  const item = items[head];
  items[head] = undefined;
  fifo.head = head + 1;
  giveBack(fifo);
  return item;
}

export function takeLast<T>(fifo: Fifo<T>): T | undefined {
  if (sizeOf(fifo) === 0) return undefined;
  const item = fifo.items.pop();
  giveBack(fifo);
  return item;
}

/** Keeps, in their order, those for which `keep` is true; it is asked once for each. */
export function retain<T>(fifo: Fifo<T>, keep: (item: T) => boolean): void {
  fifo.items = fifo.items.slice(fifo.head).filter((item) => keep(item as T));
  fifo.head = 0;
}

export function forEachOf<T>({ items, head }: Fifo<T>, visit: (item: T) => void): void {
  for (let index = head; index < items.length; index += 1) visit(items[index] as T);
}

function giveBack(fifo: Fifo<unknown>): void {
  const { items, head } = fifo;
  if (head === items.length) {
    items.length = 0;
    fifo.head = 0;
  } else if (head > MOST_EMPTY && head * 2 > items.length) {
    fifo.items = items.slice(head);
    fifo.head = 0;
  }
}
