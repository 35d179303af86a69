import { type NamedKind, namePattern, nameRule } from '@slipway/contract';
import type { FieldProblem } from '../../resources/field-problems.ts';

/** An error of a schema, as Fastify hands it on. */
export interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string | undefined;
}

const SOURCES: Readonly<Record<string, string>> = {
  body: 'the body',
  querystring: 'the query',
  params: 'the path',
};

/** One problem a field, in the order found. */
export function problemsFrom(errors: readonly SchemaError[], source = 'body'): readonly FieldProblem[] {
  const problems = new Map<string, string>();
  for (const { field, message } of errors.flatMap((error) => problemsOf(error, SOURCES[source] ?? source))) {
    const before = problems.get(field);
    // A field that may be of several types has one error for each of them.
    if (before === undefined) problems.set(field, message);
    else if (!before.includes(message) && message !== '')
      problems.set(field, `${before} or ${message.replace(/^must (be )?/, '')}`);
  }
  return [...problems].map(([field, message]) => ({ field, message }));
}

function problemsOf(error: SchemaError, source: string): readonly FieldProblem[] {
  const field = fieldOf(error.instancePath);
  switch (error.keyword) {
    case 'required':
      return namesIn(error.params['requiredProperties']).map((name) => ({
        field: join(field, name),
        message: 'is missing',
      }));
    case 'additionalProperties':
      return namesIn(error.params['additionalProperties']).map((name) => ({
        field: join(field, name),
        message: `is not a field of ${field === '' ? source : field}`,
      }));
    case 'minProperties':
      return [about(field, source, 'holds no parameters: give at least one')];
    // These two repeat what another error of the same field says.
    case 'boolean':
    case 'anyOf':
      return [];
    case 'pattern':
      return [{ field, message: patternMessage(error) }];
    case 'enum':
      return [{ field, message: `must be one of ${namesIn(error.params['allowedValues']).join(', ')}` }];
    default:
      return [about(field, source, error.message ?? 'is wrong')];
  }
}

/** A problem of a field, or of the whole: that has no field's name. */
function about(field: string, source: string, message: string): FieldProblem {
  return { field, message: field === '' ? `T${source.slice(1)} ${message}` : message };
}

/** `/config/models/0` as a person writes it: `config.models[0]`. */
function fieldOf(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^[0-9]+$/.test(part) ? `${path}[${part}]` : join(path, part)), '');
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function namesIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

const KINDS: readonly NamedKind[] = ['model', 'service', 'workspace', 'compute'];

/** A name's rule in words, where the pattern is that of a name. */
function patternMessage({ params, message = 'is malformed' }: SchemaError): string {
  const kind = KINDS.find((candidate) => namePattern(candidate) === params['pattern']);
  return kind === undefined ? message : `is refused: ${nameRule(kind)}`;
}
