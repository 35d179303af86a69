import table from '../../generated/onnx/operators.json' with { type: 'json' };

/** An operator in one version, as ONNX defines it. */
export interface Operator {
  readonly since: number;
  readonly deprecated: boolean;
  readonly inputs: readonly Parameter[];
  readonly outputs: readonly Parameter[];
  readonly minInputs: number;
  readonly maxInputs: number;
  readonly minOutputs: number;
  readonly maxOutputs: number;
  /** By name: the kind of value, as ONNX writes it in small letters, and whether it must be there. */
  readonly attributes: ReadonlyMap<string, { readonly kind: string; readonly required: boolean }>;
}

export interface Parameter {
  readonly name: string;
  /** Parameters with the same variable have the same type; empty: of a type of its own. */
  readonly variable: string;
  /** Types as ONNX writes them, such as `tensor(float)`. */
  readonly types: readonly string[];
  readonly option: 'one' | 'optional' | 'variadic';
  /** All values of a variadic parameter have the same type. */
  readonly homogeneous: boolean;
}

/** The newest operator set of ONNX that the table has. */
export const NEWEST_OPSET = table.opset;

const OPTIONS = ['one', 'optional', 'variadic'] as const;

type Row = readonly [string, string, number, number, number];

interface Version {
  readonly since: number;
  readonly deprecated?: number;
  readonly inputs: readonly Row[];
  readonly outputs: readonly Row[];
  readonly counts: readonly number[];
  readonly attributes: Readonly<Record<string, readonly [string, number]>>;
}

// The compiler takes rows for lists of any length; the script that writes the table decides their form.
const domains = table.operators as unknown as Readonly<
  Record<string, Readonly<Record<string, readonly Version[]>>>
>;
const unpacked = new WeakMap<Version, Operator>();

/** ONNX's own domain has two names. */
export function canonicalDomain(domain: string | undefined): string {
  return domain === undefined || domain === 'ai.onnx' ? '' : domain;
}

export function hasDomain(domain: string): boolean {
  return Object.hasOwn(domains, domain);
}

/** The operator as an operator set has it; `undefined` if it has none of the name. */
export function findOperator(domain: string, op: string, version: number): Operator | undefined {
  const ofDomain = Object.hasOwn(domains, domain) ? domains[domain] : undefined;
  const versions = ofDomain !== undefined && Object.hasOwn(ofDomain, op) ? ofDomain[op] : undefined;
  const found = versions?.findLast(({ since }) => since <= version);
  return found === undefined ? undefined : unpack(found);
}

function unpack(version: Version): Operator {
  const known = unpacked.get(version);
  if (known !== undefined) return known;
  const [minInputs = 0, maxInputs = 0, minOutputs = 0, maxOutputs = 0] = version.counts;
  const attributes = Object.entries(version.attributes).map(
    ([name, [kind, required]]) => [name, { kind, required: required === 1 }] as const,
  );
  const made = {
    since: version.since,
    deprecated: version.deprecated === 1,
    inputs: version.inputs.map(parameter),
    outputs: version.outputs.map(parameter),
    minInputs,
    maxInputs,
    minOutputs,
    maxOutputs,
    attributes: new Map(attributes),
  };
  unpacked.set(version, made);
  return made;
}

function parameter([name, variable, types, option, homogeneous]: Row): Parameter {
  return {
    name,
    variable,
    types: table.types[types] ?? [],
    option: OPTIONS[option] ?? 'one',
    homogeneous: homogeneous === 1,
  };
}
