/** A rectangle in parts of the image: 0 is its upper or left edge, 1 the lower or right one. */
export interface Box {
  readonly yMin: number;
  readonly xMin: number;
  readonly yMax: number;
  readonly xMax: number;
}

/** A rectangle by its centre, in parts of the image. */
export interface CentredBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The part of a box that lies in the image; one that lies beside it has no area. */
export function clipBox({ yMin, xMin, yMax, xMax }: Box): Box {
  return { yMin: clip(yMin), xMin: clip(xMin), yMax: clip(yMax), xMax: clip(xMax) };
}

function clip(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** Intersection over union of two boxes (Jaccard's index), from 0 to 1; 0 where neither has an area. */
export function overlapOf(one: Box, other: Box): number {
  const height = Math.min(one.yMax, other.yMax) - Math.max(one.yMin, other.yMin);
  const width = Math.min(one.xMax, other.xMax) - Math.max(one.xMin, other.xMin);
  const both = Math.max(0, height) * Math.max(0, width);
  if (both === 0) return 0;
  return both / (areaOf(one) + areaOf(other) - both);
}

function areaOf({ yMin, xMin, yMax, xMax }: Box): number {
  return (yMax - yMin) * (xMax - xMin);
}
