import type { Abstract, Picture } from './abstract.ts';
import type { Expression } from './expression.ts';
import { slicedAxes } from './slices.ts';
import { fixed, notSaid, numbersAt, pictureAt, type Rule, type Step } from './step.ts';

/** The symbol of the number of the image that a loop is at. */
export const INDEX = 'index';

function isIndex({ op, name }: Expression | undefined = {} as Expression): boolean {
  return op === 'symbol' && name === INDEX;
}

/** The element at the loop's own place of the list of images. */
function element(list: Abstract | undefined, index: Expression | undefined): readonly Abstract[] {
  if (list?.kind !== 'list' && list?.kind !== 'strings')
    throw notSaid('It reads of a list that is not that of the images.');
  if (!isIndex(index)) throw notSaid('It reads another image than the one that the loop is at.');
  return [{ kind: 'encoded', of: 'element' }];
}

/** A variable of the loop with the image in the loop's own place. */
function written(
  list: Abstract | undefined,
  index: Expression | undefined,
  picture: Picture,
): readonly Abstract[] {
  if (list?.kind !== 'variable' || index === undefined)
    throw notSaid('It writes to a list that the loop does not carry.');
  return [{ kind: 'written', name: list.name, index, element: picture }];
}

const unstacked: Rule = (step) => {
  if (step.inputs[0]?.kind !== 'strings') throw notSaid('It makes a list of other things than the images.');
  return [{ kind: 'list' }];
};

const scattered: Rule = (step) => {
  const [, indices, values] = step.inputs;
  if (values?.kind !== 'strings') throw notSaid('It makes a list of other things than the images.');
  checkAll(step, indices);
  return [{ kind: 'list' }];
};

/** Whether these are the numbers of all images in their order. */
function checkAll({ images }: Step, indices: Abstract | undefined): void {
  if (indices?.kind === 'indices') return;
  const counted =
    indices?.kind === 'numbers' &&
    images.op === 'number' &&
    indices.elements.length === images.value &&
    indices.elements.every(({ op, value }, index) => op === 'number' && value === index);
  if (!counted) throw notSaid('It does not take all images in their order.');
}

function stacked(list: Abstract | undefined): readonly Abstract[] {
  if (list?.kind !== 'mapped') throw notSaid('It stacks other things than one picture of each image.');
  const { element: picture } = list;
  if (picture.axes.includes('N')) throw notSaid('It stacks images that have an axis of their own for it.');
  return [{ ...picture, of: 'batch', axes: ['N', ...picture.axes] }];
}

const gathered: Rule = (step) => {
  checkAll(step, step.inputs[1]);
  return stacked(step.inputs[2]);
};

function room(size: number): Rule {
  return (step) => {
    const [count] = numbersAt(step, size, 'size').elements;
    if (count === undefined) throw notSaid('It has no size.');
    // An array is its handle and the flow of what is done with it.
    return [
      { kind: 'room', size: count },
      { kind: 'room', size: count },
    ];
  };
}

const counted: Rule = (step) => [{ kind: 'numbers', dtype: 'int32', shape: [], elements: [step.images] }];

/** The image that a slice of all of them is. */
const sliced: Rule = (step) => {
  const [axis, ...others] = slicedAxes(step, 1);
  if (others.length > 0 || axis?.kind !== 'at') throw notSaid('It takes some of the images.');
  if (isIndex(axis.index)) return element(step.inputs[0], axis.index);
  return onlyOne(fixed(axis.index, 'index'));
};

function onlyOne(index: number): readonly Abstract[] {
  if (index === 0) return [{ kind: 'encoded', of: 'single' }];
  throw notSaid(`It takes image ${index} of the batch alone.`);
}

const gather: Rule = (step) => {
  const [index, ...others] = numbersAt(step, 1, 'index').elements;
  if (index === undefined || others.length > 0) throw notSaid('It takes some of the images.');
  return isIndex(index) ? element(step.inputs[0], index) : onlyOne(fixed(index, 'index'));
};

/** To take the axis of the images away is to take the only one. */
const single: Rule = (step) => {
  if (step.node.op === 'Reshape' && numbersAt(step, 1, 'shape').elements.length > 0)
    throw notSaid('It gives the images another shape.');
  return onlyOne(0);
};

const index = (step: Step, at: number): Expression | undefined => numbersAt(step, at, 'index').elements[0];

/** How lists and arrays hand images to loops and take pictures from them. */
export const LIST_RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['TensorListFromTensor', unstacked],
  ['TensorListReserve', room(1)],
  ['TensorListGetItem', (step) => element(step.inputs[0], index(step, 1))],
  ['TensorListSetItem', (step) => written(step.inputs[0], index(step, 1), pictureAt(step, 2))],
  ['TensorListStack', (step) => stacked(step.inputs[0])],
  ['TensorListLength', counted],
  ['TensorArrayV3', room(0)],
  ['TensorArrayScatterV3', scattered],
  ['TensorArrayReadV3', (step) => element(step.inputs[2], index(step, 1))],
  ['TensorArrayWriteV3', (step) => written(step.inputs[3], index(step, 1), pictureAt(step, 2))],
  ['TensorArrayGatherV3', gathered],
  ['TensorArraySizeV3', counted],
]);

/** What ops make of all the strings that callers send. */
export const STRING_RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['StridedSlice', sliced],
  ['Gather', gather],
  ['GatherV2', gather],
  ['Squeeze', single],
  ['Reshape', single],
]);
