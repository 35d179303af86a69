import { type Call, type Rule, rankOf } from './rule.ts';
import { broadcast, type Dims, differ, shaped, shapeText } from './shape.ts';

/** A product of matrices that lie in the last two axes; an input of one axis is a row or a column. */
export function matrixProduct(left: number, right: number): Rule {
  return (call) => {
    const [one, other] = [call.dims(left), call.dims(right)];
    for (const input of [left, right]) {
      if (call.dims(input)?.length === 0) {
        call.report(`Its input ${call.title(input)} has no axes: it must be a vector, a matrix or several.`);
        return [];
      }
    }
    if (one === undefined || other === undefined) return [];
    const row = one.length === 1;
    const column = other.length === 1;
    if (differ(one.at(-1), column ? other[0] : other.at(-2))) {
      return refuse(call, left, right, 'the inner sizes differ');
    }
    const { dims, conflict } = broadcast([one.slice(0, -2), other.slice(0, -2)]);
    if (dims === undefined || conflict !== undefined)
      return refuse(call, left, right, 'the outer axes differ');
    return [shaped([...dims, ...(row ? [] : [one.at(-2)]), ...(column ? [] : [other.at(-1)])])];
  };
}

function refuse(call: Call, left: number, right: number, why: string): [] {
  call.report(`Its inputs ${call.title(left)} and ${call.title(right)} cannot be multiplied: ${why}.`);
  return [];
}

export const gemm: Rule = (call) => {
  const ranks = [rankOf(call, 0, [2]), rankOf(call, 1, [2])];
  if (ranks.includes(undefined)) return [];
  const one = turned(call.dims(0) ?? [], call.int('transA'));
  const other = turned(call.dims(1) ?? [], call.int('transB'));
  if (differ(one[1], other[0])) {
    const as = `${call.int('transA') ? ', the first transposed' : ''}${call.int('transB') ? ', the second transposed' : ''}`;
    return refuse(call, 0, 1, `the inner sizes differ${as}`);
  }
  const dims = [one[0], other[1]];
  const added = call.given(2) ? call.dims(2) : undefined;
  if (added !== undefined && !fitsInto(added, dims)) {
    call.report(`Its input ${call.title(2)} cannot be stretched to the product, ${shapeText(dims)}.`);
  }
  return [shaped(dims)];
};

function turned(dims: Dims, transpose: number | undefined): Dims {
  return transpose === undefined || transpose === 0 ? dims : dims.toReversed();
}

function fitsInto(dims: Dims, target: Dims): boolean {
  if (dims.length > target.length) return false;
  const from = target.length - dims.length;
  return dims.every((dim, axis) => dim === 1 || !differ(dim, target[from + axis]));
}
