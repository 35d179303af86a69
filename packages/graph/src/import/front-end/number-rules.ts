import { boolAttribute, intAttribute, intsAttribute, typeAttribute } from '../operation.ts';
import type { Abstract, Numbers } from './abstract.ts';
import type { Expression, Operator } from './expression.ts';
import { sizesOf } from './pictures.ts';
import { slicedAxes, takenOf } from './slices.ts';
import { axisAt, fixedAt, kindOf, MOST_NUMBERS, notSaid, numbersAt, type Rule, type Step } from './step.ts';

function numbers(
  dtype: string,
  shape: readonly number[],
  elements: readonly Expression[],
): readonly Abstract[] {
  if (elements.length > MOST_NUMBERS) throw notSaid(`It makes ${elements.length} numbers.`);
  if (shape.reduce((product, size) => product * size, 1) !== elements.length)
    throw notSaid('Its shapes do not fit.');
  return [{ kind: 'numbers', dtype, shape, elements }];
}

/** The shape of two tensors together, as numpy broadcasts, and which element of each goes into which. */
function together(a: Numbers, b: Numbers, op: Operator, { algebra }: Step): [number[], Expression[]] {
  const rank = Math.max(a.shape.length, b.shape.length);
  const [x, y] = [a, b].map(({ shape }) => [...new Array<number>(rank - shape.length).fill(1), ...shape]) as [
    number[],
    number[],
  ];
  const shape = x.map((size, axis) => (size === 1 ? (y[axis] as number) : size));
  if (shape.some((size, axis) => y[axis] !== 1 && y[axis] !== size)) throw notSaid('Its shapes do not fit.');
  const count = shape.reduce((product, size) => product * size, 1);
  const elements = Array.from({ length: Math.min(count, MOST_NUMBERS + 1) }, (_, index) =>
    algebra.apply(op, [a.elements[placeIn(x, shape, index)], b.elements[placeIn(y, shape, index)]] as [
      Expression,
      Expression,
    ]),
  );
  return [shape, elements];
}

/** Where the element of that place of the whole stands in a tensor that is repeated along its axes of one. */
function placeIn(own: readonly number[], whole: readonly number[], index: number): number {
  let [rest, place, stride] = [index, 0, 1];
  for (let axis = whole.length - 1; axis >= 0; axis -= 1) {
    const at = rest % (whole[axis] as number);
    rest = Math.floor(rest / (whole[axis] as number));
    if (own[axis] !== 1) place += at * stride;
    stride *= own[axis] as number;
  }
  return place;
}

function pair(op: Operator, swapped = false, result?: string): Rule {
  return (step) => {
    const [a, b] = [numbersAt(step, 0, 'first input'), numbersAt(step, 1, 'second input')];
    kindOf(a.dtype);
    const [shape, elements] = swapped ? together(b, a, op, step) : together(a, b, op, step);
    return numbers(result ?? a.dtype, shape, elements);
  };
}

function each(op: Operator): Rule {
  return (step) => {
    const { dtype, shape, elements } = numbersAt(step, 0, 'input');
    return numbers(
      dtype,
      shape,
      elements.map((element) => step.algebra.apply(op, [element])),
    );
  };
}

/** To divide whole numbers is another op than to divide floats, which is `RealDiv` or `Div`. */
const divided: Rule = (step) => {
  const { dtype } = numbersAt(step, 0, 'first input');
  return pair(kindOf(dtype) === 'int' ? 'floorDivide' : 'divide')(step);
};

const floorDivided: Rule = (step) => {
  const { dtype } = numbersAt(step, 0, 'first input');
  if (kindOf(dtype) === 'int') return pair('floorDivide')(step);
  const [quotient] = pair('divide')(step);
  return each('floor')({ ...step, inputs: [quotient as Abstract] });
};

/** More than is less than the other way round. */
const COMPARISONS: readonly (readonly [string, Operator, boolean])[] = [
  ['Less', 'less', false],
  ['LessEqual', 'lessEqual', false],
  ['Greater', 'less', true],
  ['GreaterEqual', 'lessEqual', true],
  ['Equal', 'equal', false],
];

const cast: Rule = (step) => {
  const { shape, elements } = numbersAt(step, 0, 'input');
  const dtype = typeAttribute(step, 'DstT', 'float32');
  const kind = kindOf(dtype);
  return numbers(
    dtype,
    shape,
    elements.map((element) => step.algebra.cast(kind, element)),
  );
};

const shapeOf: Rule = (step) => {
  const [input] = step.inputs;
  const dtype = typeAttribute(step, 'out_type', 'int32');
  const whole = (values: readonly number[]) => values.map((value) => step.algebra.number('int', value));
  if (input?.kind === 'strings') return numbers(dtype, [1], [step.images]);
  if (input?.kind === 'encoded') return numbers(dtype, [0], []);
  if (input?.kind === 'numbers') return numbers(dtype, [input.shape.length], whole(input.shape));
  if (input?.kind !== 'picture') throw notSaid('The shape of its input is not known.');
  const sizes = sizesOf(step, input);
  return numbers(dtype, [sizes.length], sizes);
};

const pack: Rule = (step) => {
  const parts = step.inputs.map((_, index) => numbersAt(step, index, 'input'));
  const [first] = parts;
  if (first === undefined || intAttribute(step, 'axis', 0) !== 0)
    throw notSaid('It stacks numbers along another axis than the first.');
  const elements = parts.flatMap((part) => part.elements);
  return numbers(first.dtype, [parts.length, ...first.shape], elements);
};

function concat(axisFirst: boolean): Rule {
  return (step) => {
    const values = step.inputs.length - 1;
    const [axis] = fixedAt(step, axisFirst ? 0 : values, 'axis');
    const parts = Array.from({ length: values }, (_, index) =>
      numbersAt(step, index + (axisFirst ? 1 : 0), 'input'),
    );
    const [first] = parts;
    if (first === undefined || parts.some(({ shape }) => shape.length !== 1) || axisAt(axis ?? 0, 1) !== 0)
      throw notSaid('It joins numbers of more than one dimension.');
    const elements = parts.flatMap((part) => part.elements);
    return numbers(first.dtype, [elements.length], elements);
  };
}

const stridedSlice: Rule = (step) => {
  const { dtype, shape, elements } = numbersAt(step, 0, 'input');
  const [size = 0] = shape;
  if (shape.length !== 1) throw notSaid('It slices numbers of more or less than one dimension.');
  const axes = slicedAxes(step, 1);
  const taken = axes.filter(({ kind }) => kind !== 'new').flatMap((axis) => takenOf(axis, size));
  const left = axes.flatMap(({ kind }) => (kind === 'at' ? [] : [kind === 'new' ? 1 : taken.length]));
  return numbers(
    dtype,
    left,
    taken.map((index) => elements[index] as Expression),
  );
};

const slice: Rule = (step) => {
  const { dtype, shape, elements } = numbersAt(step, 0, 'input');
  const [[begin = 0], [size = 0]] = [fixedAt(step, 1, 'begin'), fixedAt(step, 2, 'size')];
  if (shape.length !== 1) throw notSaid('It slices numbers of more or less than one dimension.');
  const taken = elements.slice(begin, size === -1 ? undefined : begin + size);
  return numbers(dtype, [taken.length], taken);
};

const gather: Rule = (step) => {
  const { dtype, shape, elements } = numbersAt(step, 0, 'input');
  const indices = numbersAt(step, 1, 'indices');
  if (shape.length !== 1) throw notSaid('It takes rows of numbers of more or less than one dimension.');
  const taken = fixedAt(step, 1, 'indices').map(
    (index) => elements[axisAt(index, elements.length)] as Expression,
  );
  return numbers(dtype, indices.shape, taken);
};

const unpack: Rule = (step) => {
  const { dtype, shape, elements } = numbersAt(step, 0, 'input');
  if (shape.length !== 1) throw notSaid('It unpacks numbers of more or less than one dimension.');
  return elements.flatMap((element) => numbers(dtype, [], [element]));
};

const split: Rule = (step) => {
  const { dtype, shape, elements } = numbersAt(step, 1, 'input');
  const parts = intAttribute(step, 'num_split', 1);
  const size = elements.length / parts;
  if (shape.length !== 1 || parts < 1 || elements.length === 0 || !Number.isInteger(size))
    throw notSaid('It splits numbers of more or less than one dimension.');
  return Array.from({ length: parts }, (_, index) =>
    elements.slice(index * size, (index + 1) * size),
  ).flatMap((part) => numbers(dtype, [size], part));
};

const expandDims: Rule = (step) => {
  const { dtype, shape, elements } = numbersAt(step, 0, 'input');
  const [axis = 0] = fixedAt(step, 1, 'axis');
  return numbers(dtype, shape.toSpliced(axisAt(axis, shape.length + 1), 0, 1), elements);
};

const squeeze: Rule = (step) => {
  const { dtype, shape, elements } = numbersAt(step, 0, 'input');
  const axes = intsAttribute(step, 'squeeze_dims').map((axis) => axisAt(axis, shape.length));
  const left = shape.filter((size, axis) => (axes.length === 0 ? size !== 1 : !axes.includes(axis)));
  return numbers(dtype, left, elements);
};

const reshape: Rule = (step) => {
  const { dtype, elements } = numbersAt(step, 0, 'input');
  const said = fixedAt(step, 1, 'shape');
  const product = said.reduce((sizes, size) => sizes * (size === -1 ? 1 : size), 1);
  const shape = said.map((size) => (size === -1 ? elements.length / product : size));
  return numbers(dtype, shape, elements);
};

const select: Rule = (step) => {
  const condition = numbersAt(step, 0, 'condition');
  if (condition.elements.length !== 1) throw notSaid('It chooses number by number.');
  const [chosen] = fixedAt(step, 0, 'condition');
  return [numbersAt(step, chosen === 1 ? 1 : 2, 'choice')];
};

/** The least or the greatest of numbers of one dimension. */
function reduced(op: Operator): Rule {
  return (step) => {
    const { dtype, shape, elements } = numbersAt(step, 0, 'input');
    const [first, ...others] = elements;
    if (first === undefined || shape.length !== 1 || fixedAt(step, 1, 'axes').length !== 1)
      throw notSaid('It reduces numbers of more or less than one dimension.');
    const result = others.reduce((a, b) => step.algebra.apply(op, [a, b]), first);
    return numbers(dtype, boolAttribute(step, 'keep_dims', false) ? [1] : [], [result]);
  };
}

/** The numbers of all images in their order, or all numbers where they are known. */
const range: Rule = (step) => {
  const [start, limit, delta] = [0, 1, 2].map((index) => numbersAt(step, index, 'range'));
  const { algebra, images } = step;
  const [zero, one] = [algebra.number('int', 0), algebra.number('int', 1)];
  if (start?.elements[0] !== zero || delta?.elements[0] !== one || limit?.elements[0] !== images)
    throw notSaid('It counts other things than images.');
  return [{ kind: 'indices' }];
};

/** How ops compute sizes, offsets and means from each other. */
export const NUMBER_RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...COMPARISONS.map(([op, operator, swapped]) => [op, pair(operator, swapped, 'bool')] as const),
  ['Add', pair('add')],
  ['AddV2', pair('add')],
  ['Sub', pair('subtract')],
  ['Mul', pair('multiply')],
  ['Div', divided],
  ['RealDiv', divided],
  ['TruncateDiv', divided],
  ['FloorDiv', floorDivided],
  ['Minimum', pair('minimum')],
  ['Maximum', pair('maximum')],
  ['LogicalAnd', pair('and')],
  ['LogicalNot', each('not')],
  ['Floor', each('floor')],
  ['Ceil', each('ceil')],
  ['Rint', each('rint')],
  ['Round', each('rint')],
  ['Cast', cast],
  ['Shape', shapeOf],
  ['Pack', pack],
  ['Concat', concat(true)],
  ['ConcatV2', concat(false)],
  ['StridedSlice', stridedSlice],
  ['Slice', slice],
  ['Gather', gather],
  ['GatherV2', gather],
  ['Unpack', unpack],
  ['Split', split],
  ['ExpandDims', expandDims],
  ['Squeeze', squeeze],
  ['Reshape', reshape],
  ['Select', select],
  ['SelectV2', select],
  ['Min', reduced('minimum')],
  ['Max', reduced('maximum')],
  ['Range', range],
]);
