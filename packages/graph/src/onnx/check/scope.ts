import type { ModelFunction, ValueType } from '../model.ts';

/** What is wrong, where, and why. */
export interface Problem {
  /** The graph or function, and the graphs of nodes down to it, such as `graph main / node loop (Loop) body`. */
  readonly place: string;
  /** Name of the node, or of its first output if it has none. */
  readonly node?: string;
  readonly op?: string;
  /** A sentence. */
  readonly why: string;
}

/** What holds in all of a graph or function. */
export interface Rules {
  /** Version of each domain that is imported. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly functions: ReadonlyMap<string, ModelFunction>;
  /** Domains whose operators are not looked at. */
  readonly trusted: ReadonlySet<string>;
  readonly irVersion: number;
  /** In a function: names of its attributes. */
  readonly parameters: ReadonlySet<string> | undefined;
  report(problem: Problem): void;
}

/** Names that mean a value, with its type as ONNX writes it where that is known. */
export interface Scope {
  readonly place: string;
  readonly values: Map<string, string | undefined>;
  readonly outer: Scope | undefined;
}

export function isDefined(scope: Scope, name: string): boolean {
  return scope.values.has(name) || (scope.outer !== undefined && isDefined(scope.outer, name));
}

export function typeIn(scope: Scope, name: string): string | undefined {
  if (scope.values.has(name)) return scope.values.get(name);
  return scope.outer === undefined ? undefined : typeIn(scope.outer, name);
}

/** A type as ONNX writes it, without the shape; `undefined` where the file leaves a part of it out. */
export function typeText(type: ValueType | undefined): string | undefined {
  if (type === undefined) return undefined;
  switch (type.kind) {
    case 'none':
    case 'opaque':
      return undefined;
    case 'tensor':
    case 'sparse_tensor':
      if (type.elementType === undefined || type.elementType === 'undefined') return undefined;
      return `${type.kind}(${type.elementType})`;
    case 'map': {
      const element = typeText(type.element);
      return type.key === undefined || element === undefined ? undefined : `map(${type.key},${element})`;
    }
    default: {
      const element = typeText(type.element);
      const outer = type.kind === 'sequence' ? 'seq' : 'optional';
      return element === undefined ? undefined : `${outer}(${element})`;
    }
  }
}

/** Functions of a model by what a call says. */
export function functionKey(domain: string, name: string, overload: string | undefined): string {
  return JSON.stringify([domain, name, overload ?? '']);
}
