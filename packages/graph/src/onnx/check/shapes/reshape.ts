import type { Rule } from './rule.ts';
import { asSize, type Dim, type Dims, ofRank, shaped, shapeText } from './shape.ts';

export const reshape: Rule = (call) => {
  const input = call.dims(0);
  const wanted = call.given(1) ? call.elements(1) : call.ints('shape');
  if (wanted === undefined) {
    const rank = call.dims(1)?.[0];
    return call.dims(1)?.length === 1 && typeof rank === 'number' ? [ofRank(rank)] : [];
  }
  const keepsZero = (call.int('allowzero') ?? 0) !== 0;
  const copied = wanted.flatMap((dim, axis) => (dim === 0 && !keepsZero ? [axis] : []));
  if (input !== undefined && copied.some((axis) => axis >= input.length)) {
    call.report(`Its shape ${shapeText(wanted)} keeps an axis that ${call.title(0)} has not.`);
    return [];
  }
  const open = wanted.flatMap((dim, axis) => (dim === -1 ? [axis] : []));
  if (open.length > 1 || wanted.some((dim) => typeof dim === 'number' && dim < -1)) {
    call.report(`Its shape ${shapeText(wanted)} has more than one size to be computed, or one below 0.`);
    return [];
  }
  const said = wanted.map((dim, axis) =>
    copied.includes(axis) ? input?.[axis] : dim === -1 ? undefined : asSize(dim),
  );
  if (input === undefined) return [shaped(said)];
  const left = remaining(
    input.filter((_, axis) => !copied.includes(axis)),
    said.filter((_, axis) => !copied.includes(axis) && !open.includes(axis)),
  );
  const rest = left === undefined ? undefined : quotient(left);
  if (left?.names.every((names) => names.length === 0) === true && left.counts.every(Number.isSafeInteger)) {
    const [from, to] = left.counts;
    const fits = open.length === 0 ? from === to : to === 0 ? from === 0 : from % to === 0;
    if (!fits) {
      call.report(
        `Its input ${call.title(0)} has another number of elements than its shape ${shapeText(wanted)}.`,
      );
      return [];
    }
  }
  const dims = said.map((dim, axis) => (open.includes(axis) ? rest : dim));
  const keeps = input.length <= 1 && dims.length <= 1;
  return [{ ...shaped(dims), elements: keeps ? call.elements(0) : undefined }];
};

interface Remaining {
  readonly counts: readonly [number, number];
  readonly names: readonly [readonly string[], readonly string[]];
}

/** Factors of two shapes without the names that both have; `undefined` where a factor is not known. */
function remaining(from: Dims, to: Dims): Remaining | undefined {
  if (from.includes(undefined) || to.includes(undefined)) return undefined;
  const count = (dims: Dims): number =>
    dims.reduce<number>((all, dim) => (typeof dim === 'number' ? all * dim : all), 1);
  const names = (dims: Dims): string[] => dims.filter((dim) => typeof dim === 'string');
  const [ours, theirs] = [names(from), names(to)];
  for (const name of [...theirs]) {
    const index = ours.indexOf(name);
    if (index < 0) continue;
    ours.splice(index, 1);
    theirs.splice(theirs.indexOf(name), 1);
  }
  return { counts: [count(from), count(to)], names: [ours, theirs] };
}

function quotient({ counts: [from, to], names: [ours, theirs] }: Remaining): Dim {
  if (theirs.length > 0 || to === 0) return undefined;
  if (ours.length === 0) return asSize(from / to);
  return ours.length === 1 && from === to && from !== 0 ? ours[0] : undefined;
}
