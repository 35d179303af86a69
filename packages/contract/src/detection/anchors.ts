import type { Box, CentredBox } from './boxes.ts';
import type { SsdBlock, SsdLayout } from './ssd-layout.ts';

/** How far an offset of 1 moves an anchor's centre, in its own sides, and how far it stretches it, as a power of e. */
const CENTRE_SCALE = 0.1;
const SIZE_SCALE = 0.2;

/** A layout is there for good, and its anchors are wanted for every image. */
const anchorsOfLayouts = new WeakMap<SsdLayout, readonly (readonly CentredBox[])[]>();

/** The anchors of all blocks of a detector. */
export function layoutAnchors(layout: SsdLayout): readonly (readonly CentredBox[])[] {
  const known = anchorsOfLayouts.get(layout);
  if (known !== undefined) return known;
  const anchors = layout.blocks.map((block) => blockAnchors(block, layout.imageSize));
  anchorsOfLayouts.set(layout, anchors);
  return anchors;
}

/** The anchors of a block in the order of its outputs: by row, column, and kind of anchor. */
export function blockAnchors(block: SsdBlock, imageSize: number): readonly CentredBox[] {
  const centres = Array.from({ length: block.cells }, (_, cell) => ((cell + 0.5) * block.step) / imageSize);
  const sides = anchorSides(block, imageSize);
  return centres.flatMap((y) => centres.flatMap((x) => sides.map((size) => ({ x, y, ...size }))));
}

/** Liu et al., "SSD: Single Shot MultiBox Detector" (2016), 2.2: a ratio changes the sides and keeps the area. */
function anchorSides({ sizes: [own, next], ratios }: SsdBlock, imageSize: number) {
  const square = own / imageSize;
  const between = Math.sqrt(own * next) / imageSize;
  const stretched = ratios.map((ratio) => {
    return { width: square * Math.sqrt(ratio), height: square / Math.sqrt(ratio) };
  });
  return [{ width: square, height: square }, { width: between, height: between }, ...stretched];
}

/** The box that the four offsets of an anchor (of x, y, width and height) make of it, not clipped. */
export function decodeBox(anchor: CentredBox, offsets: ArrayLike<number>, index: number): Box {
  const offset = (channel: number): number => offsets[index * 4 + channel] ?? Number.NaN;
  const x = anchor.x + CENTRE_SCALE * offset(0) * anchor.width;
  const y = anchor.y + CENTRE_SCALE * offset(1) * anchor.height;
  const width = anchor.width * Math.exp(SIZE_SCALE * offset(2));
  const height = anchor.height * Math.exp(SIZE_SCALE * offset(3));
  return { yMin: y - height / 2, xMin: x - width / 2, yMax: y + height / 2, xMax: x + width / 2 };
}
