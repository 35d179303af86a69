import type { Graph, ModelFunction, Node, Tensor, ValueInfo } from '../model.ts';
import { sizeProblem } from '../tensor-size.ts';
import { checkNode, describeNode } from './check-node.ts';
import { isDefined, type Rules, type Scope, typeText } from './scope.ts';

/** Before this version of the format, an initializer had to be an input, too. */
const FREE_INITIALIZERS = 4;

/** Checks a graph and all graphs in it; returns the types of its values, as ONNX writes them, where they are known. */
export function checkGraph(
  graph: Graph,
  place: string,
  outer: Scope | undefined,
  rules: Rules,
): ReadonlyMap<string, string | undefined> {
  const scope: Scope = { place, values: new Map(), outer };
  const report = (why: string): void => rules.report({ place, why });
  const declared = new Map(
    [...graph.valueInfo, ...graph.outputs].map(({ name, type }) => [name ?? '', typeText(type)]),
  );

  for (const input of graph.inputs) checkInput(input, scope, rules);
  const inputs = new Set(scope.values.keys());
  const initializers = new Set<string>();
  const named = [...graph.initializers, ...graph.sparseInitializers.map(({ values }) => values)];
  for (const tensor of named) {
    const name = tensor.name ?? '';
    if (name === '') report('An initializer has no name.');
    if (initializers.has(name)) report(`There are two initializers ${name}.`);
    if (outer === undefined && rules.irVersion < FREE_INITIALIZERS && !inputs.has(name)) {
      report(`The initializer ${name} is no input, as IR version ${rules.irVersion} wants it.`);
    }
    initializers.add(name);
    checkTensor(tensor, scope, rules);
  }
  checkNodes(graph.nodes, scope, declared, rules);

  const outputs = new Set<string>();
  for (const { name = '', type } of graph.outputs) {
    if (name === '') report('An output has no name.');
    else if (!scope.values.has(name)) report(`Nothing in this graph makes its output ${name}.`);
    else checkDeclared(name, typeText(type), scope, rules);
    if (outer === undefined && typeText(type) === undefined) report(`The output ${name} has no type.`);
    if (outputs.has(name)) report(`There are two outputs ${name}.`);
    outputs.add(name);
  }
  for (const { name = '', type } of graph.valueInfo) {
    if (scope.values.has(name)) checkDeclared(name, typeText(type), scope, rules);
  }
  return scope.values;
}

/** Checks what a function does. */
export function checkFunction(each: ModelFunction, rules: Rules): void {
  const place = `function ${each.name ?? ''}`;
  const scope: Scope = { place, values: new Map(), outer: undefined };
  for (const name of each.inputs) scope.values.set(name, undefined);
  if (scope.values.size < each.inputs.length) rules.report({ place, why: 'Two inputs have the same name.' });
  checkNodes(each.nodes, scope, new Map(), rules);
  for (const name of each.outputs) {
    if (!scope.values.has(name)) rules.report({ place, why: `Nothing in it makes its output ${name}.` });
  }
}

function checkInput({ name = '', type }: ValueInfo, scope: Scope, rules: Rules): void {
  const report = (why: string): void => rules.report({ place: scope.place, why });
  if (name === '') report('An input has no name.');
  if (scope.values.has(name)) report(`There are two inputs ${name}.`);
  const text = typeText(type);
  if (scope.outer === undefined && text === undefined) report(`The input ${name} has no type.`);
  scope.values.set(name, text);
}

function checkTensor(tensor: Tensor, scope: Scope, rules: Rules): void {
  const name = tensor.name ?? '';
  const problem = sizeProblem(tensor);
  if (problem !== undefined) rules.report({ place: scope.place, why: `The initializer ${name} ${problem}.` });
  checkDeclared(name, `tensor(${tensor.elementType})`, scope, rules);
  scope.values.set(name, scope.values.get(name) ?? `tensor(${tensor.elementType})`);
}

/** One value has one type, wherever the file says it. */
function checkDeclared(name: string, type: string | undefined, scope: Scope, rules: Rules): void {
  const known = scope.values.get(name);
  if (type === undefined || known === undefined || type === known) return;
  rules.report({ place: scope.place, why: `${name} is ${known}, and is said to be ${type}.` });
}

function checkNodes(
  nodes: readonly Node[],
  scope: Scope,
  declared: ReadonlyMap<string, string | undefined>,
  rules: Rules,
): void {
  const later = new Set(nodes.flatMap(({ outputs }) => outputs));
  for (const node of nodes) {
    for (const name of new Set(node.inputs)) {
      if (name === '' || isDefined(scope, name)) continue;
      const why = later.has(name)
        ? `It takes ${name}, which only a later node makes, or itself: nodes must come in the order of their data, without cycles.`
        : `It takes ${name}, which nothing makes.`;
      rules.report({ ...describeNode(node, scope), why });
    }
    const types = checkNode(node, scope, rules, checkGraph);
    for (const [index, name] of node.outputs.entries()) {
      if (name === '') continue;
      if (scope.values.has(name)) {
        const why = `It makes ${name}, which is made already: a name may be given once.`;
        rules.report({ ...describeNode(node, scope), why });
      } else scope.values.set(name, types[index] ?? declared.get(name));
    }
  }
}
