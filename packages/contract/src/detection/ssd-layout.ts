import type { DetectorLayout } from '../detector.ts';

/** One feature map of a single-shot detector: what its cells are, and the anchors that stand in each. */
export interface SsdBlock {
  readonly name: string;
  /** Cells a side. */
  readonly cells: number;
  /** Pixels of the image from one cell to the next. */
  readonly step: number;
  /** Pixels: the side of the first anchor, and the size that the second one's side is the geometric mean with. */
  readonly sizes: readonly [own: number, next: number];
  /** Width over height of the anchors after those two. */
  readonly ratios: readonly number[];
}

/** What must be known of a single-shot detector to read its outputs. */
export interface SsdLayout {
  /** Pixels a side of the image that the network takes. */
  readonly imageSize: number;
  /** Class 0, the background, among them. */
  readonly classes: number;
  readonly blocks: readonly SsdBlock[];
}

/** Logits and offsets of SSD-VGG-300: 8,432 anchors, the first map of 37 cells a side, not of the paper's 38. */
export const SSD_VGG_300: SsdLayout = Object.freeze({
  imageSize: 300,
  classes: 21,
  blocks: [
    { name: 'block4', cells: 37, step: 8, sizes: [21, 45], ratios: [2, 1 / 2] },
    { name: 'block7', cells: 19, step: 16, sizes: [45, 99], ratios: [2, 1 / 2, 3, 1 / 3] },
    { name: 'block8', cells: 10, step: 32, sizes: [99, 153], ratios: [2, 1 / 2, 3, 1 / 3] },
    { name: 'block9', cells: 5, step: 64, sizes: [153, 207], ratios: [2, 1 / 2, 3, 1 / 3] },
    { name: 'block10', cells: 3, step: 100, sizes: [207, 261], ratios: [2, 1 / 2] },
    { name: 'block11', cells: 1, step: 300, sizes: [261, 315], ratios: [2, 1 / 2] },
  ],
} as const);

/** The detectors that a model may declare to be. */
export const DETECTOR_LAYOUTS: Readonly<Record<DetectorLayout, SsdLayout>> = Object.freeze({
  'ssd-vgg-300': SSD_VGG_300,
});

/** Anchors in each cell: two squares, and one for each ratio. */
export function anchorsPerCell({ ratios }: SsdBlock): number {
  return 2 + ratios.length;
}

/** Shape of a block's outputs without the batch; `values` is the number of classes, or the 4 offsets. */
export function blockShape(block: SsdBlock, values: number): readonly number[] {
  return [block.cells, block.cells, anchorsPerCell(block), values];
}
