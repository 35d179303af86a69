import { cast, finish, input, type Mapper, type Operation, step } from '../operation.ts';
import { NotConverted } from '../refuse.ts';
import { broadcast, type Value } from '../value.ts';

function of(op: string): Mapper {
  return (operation) => {
    const x = input(operation, 0);
    return finish(operation, op, [x], { dtype: x.dtype, shape: x.shape });
  };
}

function tested(op: string): Mapper {
  return (operation) => {
    const x = input(operation, 0);
    return finish(operation, op, [x], { dtype: 'bool', shape: x.shape });
  };
}

function pairs(op: string): Mapper {
  return (operation) => {
    const [a, b] = [input(operation, 0), input(operation, 1)];
    return finish(operation, op, [a, b], { dtype: a.dtype, shape: broadcast(a.shape, b.shape) });
  };
}

const finite: Mapper = (operation) => {
  const x = input(operation, 0);
  const result = { dtype: 'bool', shape: x.shape };
  const beyond = ['IsInf', 'IsNaN'].map((op) => step(operation, op, [x], result));
  return finish(operation, 'Not', [step(operation, 'Or', beyond, result)], result);
};

const erfc: Mapper = (operation) => {
  const x = input(operation, 0);
  const result = { dtype: x.dtype, shape: x.shape };
  return finish(operation, 'Sub', [number(operation, 1, x), step(operation, 'Erf', [x], result)], result);
};

/**
 * log(1 + x) = x log(u) / (u - 1) with u = 1 + x as rounded: what rounding took from u, it took from its logarithm
 * too (W. Kahan, in HP-15C Advanced Functions Handbook, appendix).
 */
const log1p: Mapper = (operation) => {
  const x = input(operation, 0);
  const result = { dtype: x.dtype, shape: x.shape };
  const truth = { dtype: 'bool', shape: x.shape };
  const one = number(operation, 1, x);
  const u = step(operation, 'Add', [x, one], result);
  const logarithm = step(operation, 'Log', [u], result);
  const share = step(operation, 'Div', [x, step(operation, 'Sub', [u, one], result)], result);
  const corrected = step(operation, 'Mul', [logarithm, share], result);
  const isLarge = step(operation, 'Equal', [u, x], truth);
  const isSmall = step(operation, 'Equal', [u, one], truth);
  const larger = step(operation, 'Where', [isLarge, logarithm, corrected], result);
  return finish(operation, 'Where', [isSmall, x, larger], result);
};

/** exp(x) - 1 = tanh(x / 2) (exp(x) + 1), which loses no digits near 0. */
const expm1: Mapper = (operation) => {
  const x = input(operation, 0);
  const result = { dtype: x.dtype, shape: x.shape };
  const half = step(operation, 'Mul', [x, number(operation, 0.5, x)], result);
  const more = step(operation, 'Add', [step(operation, 'Exp', [x], result), number(operation, 1, x)], result);
  return finish(operation, 'Mul', [step(operation, 'Tanh', [half], result), more], result);
};

const round: Mapper = (operation) => {
  const x = input(operation, 0);
  if (!x.dtype.startsWith('float')) throw new NotConverted(`It rounds ${x.dtype}.`, 'Leave it out.');
  return finish(operation, 'Round', [x], { dtype: x.dtype, shape: x.shape });
};

const addN: Mapper = (operation) => {
  const { inputs } = operation;
  const x = input(operation, 0);
  const result = { dtype: x.dtype, shape: x.shape };
  if (x.dtype.startsWith('float')) return finish(operation, 'Sum', inputs, result);
  const sum = inputs.reduce((all, each) => step(operation, 'Add', [all, each], result));
  return finish(operation, 'Identity', [sum], result);
};

const clip: Mapper = (operation) => {
  const [x, low, high] = [input(operation, 0), input(operation, 1), input(operation, 2)];
  const result = { dtype: x.dtype, shape: x.shape };
  return finish(operation, 'Max', [step(operation, 'Min', [x, high], result), low], result);
};

/** A tensor of one number in the shape of another tensor. */
function like(value: number): Mapper {
  return (operation) => {
    const x = input(operation, 0);
    if (x.dtype === 'string') throw new NotConverted('It makes texts.', 'Use numbers.');
    const shape = { dtype: 'int64', shape: [x.shape?.length ?? null], known: x.shape ?? undefined };
    const one = cast(operation, operation.emitter.number(operation.node.name, value, 'float32'), x.dtype);
    const inputs = [one, step(operation, 'Shape', [x], shape)];
    return finish(operation, 'Expand', inputs, { dtype: x.dtype, shape: x.shape });
  };
}

function number({ node, emitter }: Operation, value: number, { dtype }: Value): Value {
  return emitter.number(node.name, value, dtype);
}

/** Functions of single elements besides those of `elementwise.ts`. */
export const FUNCTIONS: Readonly<Record<string, Mapper>> = {
  Tan: of('Tan'),
  Asin: of('Asin'),
  Acos: of('Acos'),
  Atan: of('Atan'),
  Sinh: of('Sinh'),
  Cosh: of('Cosh'),
  Asinh: of('Asinh'),
  Acosh: of('Acosh'),
  Atanh: of('Atanh'),
  Erfc: erfc,
  Log1p: log1p,
  Expm1: expm1,
  Round: round,
  IsNan: tested('IsNaN'),
  IsInf: tested('IsInf'),
  IsFinite: finite,
  AddN: addN,
  ClipByValue: clip,
  BitwiseAnd: pairs('BitwiseAnd'),
  BitwiseOr: pairs('BitwiseOr'),
  BitwiseXor: pairs('BitwiseXor'),
  Invert: of('BitwiseNot'),
  ZerosLike: like(0),
  OnesLike: like(1),
};
