import type { AttributeFilter } from './store.ts';

/** A tag or property of a stored value. */
export interface Attribute {
  readonly kind: AttributeFilter['kind'];
  readonly key: string;
  readonly value: string;
}

/** The tags and properties of a value; none if its collection has no such fields. */
export function attributesOf(value: object): readonly Attribute[] {
  return [...entriesOf('tag', value, 'tags'), ...entriesOf('property', value, 'properties')];
}

function entriesOf(kind: Attribute['kind'], value: object, field: string): readonly Attribute[] {
  const map: unknown = Reflect.get(value, field);
  if (typeof map !== 'object' || map === null) return [];
  return Object.entries(map).map(([key, text]) => ({ kind, key, value: String(text) }));
}

/** True if every filter finds its attribute. */
export function hasAttributes(value: object, filters: readonly AttributeFilter[]): boolean {
  const attributes = attributesOf(value);
  return filters.every((filter) =>
    attributes.some(
      (attribute) =>
        attribute.kind === filter.kind &&
        attribute.key === filter.key &&
        (filter.value === undefined || attribute.value === filter.value),
    ),
  );
}
