import { SlipwayError } from '@slipway/contract';
import type { AttributeFilter } from '../store/store.ts';

type Words = Readonly<Record<string, string>>;

/** Filters as they stand in a query: `key` or `key=value`. */
export function attributeFilters(query: {
  readonly tag?: readonly string[] | undefined;
  readonly property?: readonly string[] | undefined;
}): readonly AttributeFilter[] {
  return [
    ...(query.tag ?? []).map((text) => parseFilter('tag', text)),
    ...(query.property ?? []).map((text) => parseFilter('property', text)),
  ];
}

function parseFilter(kind: AttributeFilter['kind'], text: string): AttributeFilter {
  const equals = text.indexOf('=');
  if (equals < 0) return { kind, key: text };
  return { kind, key: text.slice(0, equals), value: text.slice(equals + 1) };
}

/** Properties with further ones added. Throws `conflict` if one is there with another value: they are fixed. */
export function addProperties(present: Words, added: Words | undefined): Words {
  const changed = Object.keys(added ?? {}).filter(
    (key) => Object.hasOwn(present, key) && present[key] !== added?.[key],
  );
  if (changed.length === 0) return { ...present, ...added };
  throw new SlipwayError(
    'conflict',
    `The properties ${changed.map((key) => `"${key}"`).join(', ')} have other values already: properties are fixed, only new ones may be added. Use tags for words that change.`,
    { details: { field: 'addProperties', keys: changed } },
  );
}
