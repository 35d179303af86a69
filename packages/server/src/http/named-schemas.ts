/** Stands in a schema for one that has a name, until the document is complete. */
const MARK = 'x-slipway-schema';

/** The schemas with an `$id`, which a document should hold once and point to. */
export interface NamedSchemas {
  /** A copy in which a mark stands for every schema that has an `$id`. */
  takeOut<T>(schema: T): T;
  /** A copy of the document in which pointers stand for the marks, with what they point to. */
  putIn<T extends object>(document: T): T;
}

/** No schemas yet. */
export function createNamedSchemas(): NamedSchemas {
  const schemas = new Map<string, unknown>();

  function takeOut(value: unknown): unknown {
    if (!isObject(value)) return value;
    const { $id: id, ...rest } = value;
    if (typeof id !== 'string') return mapValues(value, takeOut);
    if (!schemas.has(id)) schemas.set(id, mapValues(rest, takeOut));
    return { [MARK]: id };
  }

  return {
    takeOut: <T>(schema: T) => takeOut(schema) as T,
    putIn<T extends object>(document: T): T {
      const { components, ...rest } = pointAtMarks(document) as { components?: object };
      const byName = [...schemas].toSorted(([a], [b]) => (a < b ? -1 : 1));
      const added = pointAtMarks(Object.fromEntries(byName));
      return { ...rest, components: { ...components, schemas: added } } as unknown as T;
    },
  };
}

function pointAtMarks(value: unknown): unknown {
  if (!isObject(value)) return value;
  const id = value[MARK];
  return typeof id === 'string' ? { $ref: `#/components/schemas/${id}` } : mapValues(value, pointAtMarks);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function mapValues(value: object, change: (part: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(change);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, change(part)]));
}
