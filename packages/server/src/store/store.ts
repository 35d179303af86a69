import type { CollectionName, Collections, IndexOf } from './collections.ts';

/** A value with what the store knows of it. */
export interface Stored<T> {
  readonly id: string;
  /** Changes with every write of the value. */
  readonly etag: string;
  /** Counts up over all values ever made in the collection: the order of making. */
  readonly sequence: number;
  readonly value: T;
}

/** What a value must be like for a write to happen: not there, or unchanged since it had this etag. */
export type Expectation = 'absent' | { readonly etag: string };

export interface ListQuery<C extends CollectionName> {
  /** Every indexed field named here must be equal. */
  readonly where?: Partial<IndexOf<C>>;
  /** Every tag or property named here must be there, with that value if one is given. */
  readonly attributes?: readonly AttributeFilter[];
  readonly order?: 'oldest' | 'newest';
  /** Only what comes after the value with this sequence, in the order asked for. */
  readonly after?: number;
  readonly limit: number;
}

export interface AttributeFilter {
  readonly kind: 'tag' | 'property';
  readonly key: string;
  readonly value?: string | undefined;
}

/** Reading at one moment. */
export interface Reader {
  get<C extends CollectionName>(collection: C, id: string): Promise<Stored<Collections[C]> | undefined>;
  list<C extends CollectionName>(
    collection: C,
    query: ListQuery<C>,
  ): Promise<readonly Stored<Collections[C]>[]>;
}

/** Reading and writing as one step. */
export interface Writer extends Reader {
  /** Throws `already_exists` (expected absent) or `precondition_failed` (another etag, or gone). */
  put<C extends CollectionName>(
    collection: C,
    id: string,
    value: Collections[C],
    expect?: Expectation,
  ): Promise<Stored<Collections[C]>>;
  /** False if it was not there. Throws `precondition_failed` if it has another etag. */
  remove(collection: CollectionName, id: string, expect?: { readonly etag: string }): Promise<boolean>;
}

/** Where everything acknowledged is kept. What `write` returned for is on disk; what it threw for never was. */
export interface Store {
  read<T>(work: (reader: Reader) => Promise<T>): Promise<T>;
  /** One transaction at a time; all of `work` happens or none of it. */
  write<T>(work: (writer: Writer) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
