import { DEFAULT_PAGE_SIZE, SlipwayError } from '@slipway/contract';
import type { CollectionName, Collections } from '../store/collections.ts';
import type { ListQuery, Reader, Stored } from '../store/store.ts';

/** What a client asks of a listing. */
export interface PageRequest {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** A part of a listing, and where the next one begins. */
export interface StoredPage<T> {
  readonly items: readonly Stored<T>[];
  readonly nextCursor: string | null;
}

type PageQuery<C extends CollectionName> = Omit<ListQuery<C>, 'limit' | 'after'>;

/**
 * One page of a listing. `keep` narrows it by what is not indexed. Throws `invalid_argument` for a cursor that did
 * not come from a listing in the same order.
 */
export async function readPage<C extends CollectionName>(
  reader: Reader,
  collection: C,
  request: PageRequest,
  query: PageQuery<C>,
  keep: (stored: Stored<Collections[C]>) => Promise<boolean> = async () => true,
): Promise<StoredPage<Collections[C]>> {
  const order = query.order ?? 'oldest';
  const limit = request.limit ?? DEFAULT_PAGE_SIZE;
  const after = request.cursor === undefined ? undefined : decodeCursor(request.cursor, order);
  const found: Stored<Collections[C]>[] = [];
  for await (const stored of scan(reader, collection, query, { after, chunk: limit + 1 })) {
    if (await keep(stored)) found.push(stored);
    if (found.length > limit) break;
  }
  const items = found.slice(0, limit);
  const last = items.at(-1);
  const more = found.length > limit && last !== undefined;
  return { items, nextCursor: more ? encodeCursor(last.sequence, order) : null };
}

/** Everything that a query finds, read in chunks. */
export async function* scan<C extends CollectionName>(
  reader: Reader,
  collection: C,
  query: PageQuery<C>,
  { after, chunk = DEFAULT_PAGE_SIZE }: { after?: number | undefined; chunk?: number } = {},
): AsyncGenerator<Stored<Collections[C]>> {
  let position = after;
  while (true) {
    const rows = await reader.list(collection, {
      ...query,
      limit: chunk,
      ...(position !== undefined && { after: position }),
    });
    yield* rows;
    position = rows.at(-1)?.sequence;
    if (rows.length < chunk) return;
  }
}

function encodeCursor(sequence: number, order: 'oldest' | 'newest'): string {
  return Buffer.from(`${order}:${sequence}`).toString('base64url');
}

function decodeCursor(cursor: string, order: 'oldest' | 'newest'): number {
  const [, cursorOrder, sequence] =
    /^(oldest|newest):([0-9]{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (cursorOrder === order) return Number(sequence);
  throw new SlipwayError(
    'invalid_argument',
    'cursor did not come from this listing: take it from nextCursor of the page before, or leave it out.',
    { details: { field: 'cursor' } },
  );
}
