import { SlipwayError } from '@slipway/contract';
import { hasAttributes } from '../attributes.ts';
import { type CollectionName, type Collections, INDEXES } from '../collections.ts';
import { etagOf } from '../etag.ts';
import { checkExpectation } from '../expectation.ts';
import type { ListQuery, Reader, Store, Stored, Writer } from '../store.ts';
import { createTurnstile } from '../turnstile.ts';

interface Entry {
  readonly write: number;
  readonly stored: Stored<object>;
}

interface Shelf {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly lastSequence: number;
}

type Shelves = Readonly<Record<CollectionName, Shelf>>;

/** A store that lasts as long as its process. A transaction works on a copy, which takes the place of the original at its end. */
export function createMemoryStore(): Store {
  const turnstile = createTurnstile();
  let shelves = emptyShelves();
  let open = true;

  function checkOpen(): void {
    if (!open) throw new SlipwayError('unavailable', 'The store is closed.');
  }

  return {
    async read(work) {
      checkOpen();
      const moment = shelves;
      return work(createReader(() => moment));
    },
    async write(work) {
      checkOpen();
      return turnstile.pass(async () => {
        let draft = shelves;
        const result = await work(
          createWriter(
            () => draft,
            (next) => {
              draft = next;
            },
          ),
        );
        shelves = draft;
        return result;
      });
    },
    async close() {
      open = false;
      await turnstile.idle();
    },
  };
}

function emptyShelves(): Shelves {
  const empty: Shelf = { entries: new Map(), lastSequence: 0 };
  return Object.fromEntries(Object.keys(INDEXES).map((name) => [name, empty])) as Record<
    CollectionName,
    Shelf
  >;
}

function createReader(shelves: () => Shelves): Reader {
  return {
    async get<C extends CollectionName>(collection: C, id: string) {
      return shelves()[collection].entries.get(id)?.stored as Stored<Collections[C]> | undefined;
    },
    async list<C extends CollectionName>(collection: C, query: ListQuery<C>) {
      const all = [...shelves()[collection].entries.values()].map((entry) => entry.stored);
      return select(all, query) as readonly Stored<Collections[C]>[];
    },
  };
}

function createWriter(shelves: () => Shelves, replace: (next: Shelves) => void): Writer {
  return {
    ...createReader(shelves),
    async put(collection, id, value, expect) {
      const shelf = shelves()[collection];
      const before = shelf.entries.get(id);
      checkExpectation(collection, id, before?.stored.etag, expect);
      const sequence = before?.stored.sequence ?? shelf.lastSequence + 1;
      const write = (before?.write ?? 0) + 1;
      const stored = Object.freeze({ id, etag: etagOf(sequence, write), sequence, value: frozenCopy(value) });
      const entries = new Map(shelf.entries).set(id, { write, stored });
      const lastSequence = Math.max(shelf.lastSequence, sequence);
      replace({ ...shelves(), [collection]: { entries, lastSequence } });
      return stored;
    },
    async remove(collection, id, expect) {
      const shelf = shelves()[collection];
      checkExpectation(collection, id, shelf.entries.get(id)?.stored.etag, expect);
      const entries = new Map(shelf.entries);
      const found = entries.delete(id);
      replace({ ...shelves(), [collection]: { ...shelf, entries } });
      return found;
    },
  };
}

function select<C extends CollectionName>(
  all: readonly Stored<object>[],
  query: ListQuery<C>,
): readonly Stored<object>[] {
  const direction = query.order === 'newest' ? -1 : 1;
  const { after } = query;
  return all
    .filter(
      ({ value }) => hasFields(value, query.where ?? {}) && hasAttributes(value, query.attributes ?? []),
    )
    .filter(({ sequence }) => after === undefined || (sequence - after) * direction > 0)
    .sort((a, b) => (a.sequence - b.sequence) * direction)
    .slice(0, query.limit);
}

function hasFields(value: object, where: object): boolean {
  return Object.entries(where).every(
    ([field, wanted]) => wanted === undefined || Reflect.get(value, field) === wanted,
  );
}

/** What comes back is what JSON keeps of it, as with a database, and nobody can change it. */
function frozenCopy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_key, part: unknown) =>
    typeof part === 'object' && part !== null ? Object.freeze(part) : part,
  ) as T;
}
