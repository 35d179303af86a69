import type { Attribute, Graph, Node } from '../model.ts';
import { sizeProblem } from '../tensor-size.ts';
import { ATTRIBUTE_KINDS } from '../wire/attribute-kinds.ts';
import { checkTypes } from './check-types.ts';
import { canonicalDomain, findOperator, hasDomain, type Operator } from './operators.ts';
import { functionKey, type Problem, type Rules, type Scope } from './scope.ts';

type CheckGraph = (graph: Graph, place: string, outer: Scope, rules: Rules) => unknown;

/** How a problem names a node. */
export function describeNode(
  node: Node,
  scope: Pick<Scope, 'place'>,
): Pick<Problem, 'place' | 'node' | 'op'> {
  return { place: scope.place, node: nodeTitle(node), op: node.op ?? '' };
}

/** Checks a node and the graphs in it; returns the types of its outputs, where they are known. */
export function checkNode(
  node: Node,
  scope: Scope,
  rules: Rules,
  checkGraph: CheckGraph,
): readonly (string | undefined)[] {
  const report = (why: string): void => rules.report({ ...describeNode(node, scope), why });
  checkAttributeValues(node, rules, report);
  for (const { name, value } of node.attributes) {
    const graphs = value.kind === 'graph' ? [value.value] : value.kind === 'graphs' ? value.value : [];
    const place = `${scope.place} / node ${nodeTitle(node)} (${node.op ?? ''}) ${name ?? ''}`;
    for (const graph of graphs) checkGraph(graph, place, scope, rules);
  }
  const operator = operatorOf(node, rules, report);
  if (operator === undefined) return [];
  checkCounts(node, operator, report);
  checkAttributes(node, operator, report);
  return checkTypes(node, operator, scope, report);
}

function nodeTitle({ name, outputs }: Node): string {
  return name !== undefined && name !== '' ? name : (outputs.find((output) => output !== '') ?? '');
}

/** The operator, unless it is a function of the model, one that is trusted, or one that is not there. */
function operatorOf(node: Node, rules: Rules, report: (why: string) => void): Operator | undefined {
  const domain = canonicalDomain(node.domain);
  const op = node.op ?? '';
  const called = rules.functions.get(functionKey(domain, op, node.overload));
  const version = rules.opsets.get(domain);
  const title = domain === '' ? 'ONNX' : domain;
  if (version === undefined) {
    report(`The model imports no operator set of ${title}.`);
    return undefined;
  }
  if (called !== undefined) {
    const { inputs, outputs, attributes } = called;
    if (node.inputs.length > inputs.length)
      report(`It has ${node.inputs.length} inputs; the function has ${inputs.length}.`);
    if (node.outputs.length > outputs.length) {
      report(`It has ${node.outputs.length} outputs; the function has ${outputs.length}.`);
    }
    for (const name of attributes) {
      if (!node.attributes.some((each) => each.name === name)) report(`It lacks the attribute ${name}.`);
    }
    return undefined;
  }
  if (rules.trusted.has(domain)) return undefined;
  const operator = findOperator(domain, op, version);
  if (operator === undefined) {
    const newer = findOperator(domain, op, Number.POSITIVE_INFINITY);
    if (newer !== undefined)
      report(`${op} came after version ${version} of ${title}, which the model imports.`);
    else if (hasDomain(domain)) report(`${title} has no operator ${op}.`);
    else report(`The domain ${domain} is unknown, and no function of the model is ${op}.`);
    return undefined;
  }
  if (operator.deprecated)
    report(`${op} is no longer an operator since version ${operator.since} of ${title}.`);
  return operator;
}

function checkCounts(node: Node, operator: Operator, report: (why: string) => void): void {
  const inputs = node.inputs.length;
  const outputs = node.outputs.length;
  const { minInputs, maxInputs, minOutputs, maxOutputs } = operator;
  if (inputs < minInputs || inputs > maxInputs)
    report(`It has ${inputs} inputs, not ${range(minInputs, maxInputs)}.`);
  if (outputs < minOutputs || outputs > maxOutputs) {
    report(`It has ${outputs} outputs, not ${range(minOutputs, maxOutputs)}.`);
  }
  for (const [index, name] of node.inputs.entries()) {
    const parameter = operator.inputs[index];
    if (name === '' && parameter?.option === 'one') report(`Its input ${parameter.name} is left out.`);
  }
}

function range(least: number, most: number): string {
  if (least === most) return String(least);
  return most < 1_000_000 ? `${least} to ${most}` : `${least} or more`;
}

/** What ONNX calls a kind that we name otherwise. */
const ONNX_KINDS: Readonly<Record<string, string>> = { type: 'type_proto', types: 'type_protos' };

function checkAttributes(node: Node, operator: Operator, report: (why: string) => void): void {
  for (const { name = '', value } of node.attributes) {
    const expected = operator.attributes.get(name);
    if (expected === undefined) {
      report(`It has the attribute ${name}, which ${node.op} has not.`);
      continue;
    }
    const kind =
      value.kind === 'reference'
        ? (ATTRIBUTE_KINDS.find(({ type }) => type === value.type)?.kind ?? 'undefined')
        : value.kind;
    const found = ONNX_KINDS[kind] ?? kind;
    if (found !== expected.kind) report(`Its attribute ${name} is ${found} instead of ${expected.kind}.`);
  }
  for (const [name, { required }] of operator.attributes) {
    if (required && !node.attributes.some((each) => each.name === name))
      report(`It lacks the attribute ${name}.`);
  }
}

function checkAttributeValues(node: Node, rules: Rules, report: (why: string) => void): void {
  const seen = new Set<string>();
  for (const attribute of node.attributes) {
    const name = attribute.name ?? '';
    if (name === '') report('An attribute has no name.');
    if (seen.has(name)) report(`It has the attribute ${name} twice.`);
    seen.add(name);
    const problem = valueProblem(attribute, rules);
    if (problem !== undefined) report(`Its attribute ${name} ${problem}.`);
  }
}

function valueProblem({ value }: Attribute, rules: Rules): string | undefined {
  if (value.kind === 'reference') {
    if (rules.parameters === undefined) return `refers to ${value.value}, which only a function may`;
    return rules.parameters.has(value.value)
      ? undefined
      : `refers to ${value.value}, which the function has not`;
  }
  if (value.kind === 'tensor') return sizeProblem(value.value);
  return value.kind === 'tensors'
    ? value.value.map(sizeProblem).find((each) => each !== undefined)
    : undefined;
}
