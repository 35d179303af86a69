import { GraphError } from '../../graph-error.ts';
import type { ModelFunction, Node, OnnxModel, OperatorSet } from '../model.ts';
import { subgraphsOf } from '../tensors-of.ts';
import { checkFunction, checkGraph } from './check-graph.ts';
import { canonicalDomain, NEWEST_OPSET } from './operators.ts';
import { functionKey, type Problem, type Rules } from './scope.ts';
import { inferShapes } from './shapes/infer-shapes.ts';
import type { Known } from './shapes/shape.ts';

export interface CheckOptions {
  /** Domains whose operators are taken as they are, such as `com.microsoft`. Default: none. */
  readonly trustedDomains?: readonly string[] | undefined;
}

/** A file that is damaged on purpose has millions; nobody reads more than these. */
const MOST_PROBLEMS = 1000;

/** The newest version of the format, of ONNX 1.23. */
const NEWEST_IR = 14;

/**
 * Finds all that is wrong with a model: names, order, operators, numbers of inputs, attributes, types of elements, and
 * shapes that do not fit each other. Weights are not read. Beyond 1,000 problems, it says only how many there are.
 */
export function checkModel(model: OnnxModel, options: CheckOptions = {}): readonly Problem[] {
  const problems: Problem[] = [];
  let more = 0;
  const report = (problem: Problem): void => {
    if (problems.length < MOST_PROBLEMS) problems.push(problem);
    else more += 1;
  };
  followModel(model, options, report);
  return more === 0 ? problems : [...problems, { place: 'model', why: `There are ${more} more problems.` }];
}

/** Reports all that is wrong with a model; returns what is known of the values of its main graph. */
export function followModel(
  model: OnnxModel,
  options: CheckOptions,
  report: (problem: Problem) => void,
): FollowedModel {
  const inModel = (why: string): void => report({ place: 'model', why });
  const irVersion = model.irVersion ?? 0;
  if (irVersion < 1 || irVersion > NEWEST_IR)
    inModel(`Its IR version ${irVersion} is not 1 to ${NEWEST_IR}.`);
  const functions = new Map<string, ModelFunction>();
  for (const each of model.functions) {
    const key = functionKey(canonicalDomain(each.domain), each.name ?? '', each.overload);
    if (functions.has(key)) inModel(`There are two functions ${each.name ?? ''}.`);
    functions.set(key, each);
  }
  const shared = { functions, irVersion, trusted: new Set(options.trustedDomains ?? []), report };
  const rules: Rules = { ...shared, opsets: opsetsOf(model.opsets, inModel), parameters: undefined };
  const place = `graph ${model.graph.name ?? ''}`.trimEnd();
  const types = checkGraph(model.graph, place, undefined, rules);
  const shapes = inferShapes(model.graph, place, rules);
  for (const each of model.functions) {
    const parameters = new Set([...each.attributes, ...each.defaults.map(({ name }) => name ?? '')]);
    const inFunction = (why: string): void => report({ place: `function ${each.name ?? ''}`, why });
    checkFunction(each, { ...shared, opsets: opsetsOf(each.opsets, inFunction), parameters });
  }
  checkCalls(functions, inModel);
  return { types, shapes };
}

/** Of the values of a main graph, by name. */
export interface FollowedModel {
  /** As ONNX writes them: `tensor(float)`. */
  readonly types: ReadonlyMap<string, string | undefined>;
  readonly shapes: ReadonlyMap<string, Known>;
}

/** Throws `invalid_graph` with all that `checkModel` finds. */
export function requireValid(model: OnnxModel, options: CheckOptions = {}): void {
  const problems = checkModel(model, options);
  if (problems.length === 0) return;
  throw new GraphError(
    'invalid_graph',
    `The model breaks rules of ONNX:\n${problems.map(problemLine).join('\n')}`,
  );
}

/** A problem as a line of text. */
export function problemLine({ place, node, op, why }: Problem): string {
  return node === undefined ? `- ${place}: ${why}` : `- ${place}, node ${node} (${op ?? ''}): ${why}`;
}

function opsetsOf(
  opsets: readonly OperatorSet[],
  report: (why: string) => void,
): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { domain, version = 0 } of opsets) {
    const name = canonicalDomain(domain);
    if (found.has(name)) report(`It imports two operator sets of ${name === '' ? 'ONNX' : name}.`);
    if (version < 1 || (name === '' && version > NEWEST_OPSET)) {
      report(
        `It imports version ${version} of ${name === '' ? 'ONNX' : name}; known are 1 to ${NEWEST_OPSET}.`,
      );
    }
    found.set(name, version);
  }
  return found;
}

/** A function that calls itself, also by way of others, would never end. */
function checkCalls(functions: ReadonlyMap<string, ModelFunction>, report: (why: string) => void): void {
  const finished = new Set<string>();
  const calls = (nodes: readonly Node[]): readonly string[] =>
    nodes.flatMap((node) => [
      functionKey(canonicalDomain(node.domain), node.op ?? '', node.overload),
      ...subgraphsOf(node).flatMap((graph) => calls(graph.nodes)),
    ]);
  for (const start of functions.keys()) {
    // A stack of its own: a chain of functions may be longer than that of calls.
    const path = new Set<string>();
    const open: { readonly key: string; readonly rest: string[] }[] = [];
    const enter = (key: string): void => {
      const called = functions.get(key);
      if (called === undefined || finished.has(key)) return;
      if (path.has(key)) {
        report(`The function ${called.name ?? ''} calls itself, or one that calls it.`);
        return;
      }
      path.add(key);
      open.push({ key, rest: [...new Set(calls(called.nodes))] });
    };
    enter(start);
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const next = top.rest.pop();
      if (next !== undefined) enter(next);
      else {
        finished.add(top.key);
        path.delete(top.key);
        open.pop();
      }
    }
  }
}
