/** Where a layer stands in its network, from its name; blocks and units count from 1. */
export type Place =
  /** `convolution` 0 is the shortcut. */
  | {
      readonly kind: 'residual';
      readonly block: number;
      readonly unit: number;
      readonly convolution: number;
      readonly norm: boolean;
    }
  | {
      readonly kind: 'dense';
      readonly block: number;
      readonly unit: number;
      readonly convolution: number;
      readonly norm: boolean;
    }
  | { readonly kind: 'transition'; readonly block: number; readonly norm: boolean }
  | { readonly kind: 'plain'; readonly block: number; readonly unit: number }
  | { readonly kind: 'only'; readonly layer: string };

const RESIDUAL = /^block(\d+)\/unit_(\d+)\/bottleneck_v1\/(?:shortcut|conv(\d))(\/BatchNorm)?$/;
const DENSE = /^dense_block(\d+)\/conv_block(\d+)\/x(\d)\/(BatchNorm|Conv)$/;
const TRANSITION = /^transition_block(\d+)\/blk\/(BatchNorm|Conv)$/;
const PLAIN = /^conv(\d)\/conv\d_(\d)$/;

export function placeOf(layer: string): Place {
  const residual = RESIDUAL.exec(layer);
  if (residual !== null) {
    const [block = 0, unit = 0, convolution = 0] = residual.slice(1, 4).map((text) => Number(text ?? 0));
    return { kind: 'residual', block, unit, convolution, norm: residual[4] !== undefined };
  }
  const dense = DENSE.exec(layer);
  if (dense !== null) {
    const [block = 0, unit = 0, convolution = 0] = dense.slice(1, 4).map(Number);
    return { kind: 'dense', block, unit, convolution, norm: dense[4] === 'BatchNorm' };
  }
  const transition = TRANSITION.exec(layer);
  if (transition !== null)
    return { kind: 'transition', block: Number(transition[1]), norm: transition[2] === 'BatchNorm' };
  const plain = PLAIN.exec(layer);
  return plain === null
    ? { kind: 'only', layer }
    : { kind: 'plain', block: Number(plain[1]), unit: Number(plain[2]) };
}
