/** The parts of a JSON schema that decide what an example looks like. */
interface JsonSchema {
  readonly $ref?: string;
  readonly example?: unknown;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minItems?: number;
}

const SCALARS: Readonly<Record<string, unknown>> = { number: 0, integer: 0, string: '', boolean: false };

/** A schema that refers to itself has no end; no request is this deep. */
const MAX_DEPTH = 100;

/**
 * A value that fits a schema of an OpenAPI document: its example if it has one, else the first of its alternatives, of an object
 * what it requires (or its first property), arrays as short as they may be but not empty, and zeros. `undefined` if the
 * schema leaves it open.
 */
export function exampleOf(schema: JsonSchema, document: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) return undefined;
  const inner = (part: JsonSchema): unknown => exampleOf(part, document, depth + 1);
  if (schema.$ref !== undefined) return inner(resolveReference(schema.$ref, document));
  for (const given of [schema.example, schema.default, schema.enum?.[0]]) {
    if (given !== undefined) return given;
  }
  const [alternative] = schema.oneOf ?? schema.anyOf ?? [];
  if (alternative !== undefined) return inner(alternative);
  if (schema.type === 'array') return Array(schema.minItems ?? 1).fill(inner(schema.items ?? {}));
  if (schema.type === 'object') return objectExample(schema, inner);
  return SCALARS[schema.type ?? ''];
}

function objectExample(
  { properties = {}, required = Object.keys(properties).slice(0, 1) }: JsonSchema,
  inner: (part: JsonSchema) => unknown,
): unknown {
  return Object.fromEntries(required.map((name) => [name, inner(properties[name] ?? {})]));
}

/** Follows a JSON pointer within the document, such as `#/components/schemas/Input`. */
function resolveReference(reference: string, document: unknown): JsonSchema {
  const keys = reference.replace(/^#\//, '').split('/');
  const found = keys.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Object(value)[key] : undefined),
    document,
  );
  return typeof found === 'object' && found !== null ? found : {};
}
