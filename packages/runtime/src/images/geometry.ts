import type { ImageInput } from '@slipway/contract';

/** The image is scaled to one size, a window of that is kept, and the window is put somewhere into the target. */
export interface Geometry {
  readonly scaledWidth: number;
  readonly scaledHeight: number;
  /** The window, in pixels of the scaled image. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Where the window begins in the target. */
  readonly targetLeft: number;
  readonly targetTop: number;
}

/** A width and a height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * How an image of this size becomes one of the declared size. Unless single precision is declared, whole numbers alone
 * are computed with, and cut off, so that a scaled side is what it would be on paper: 256 / 61 * 61 is less than 256
 * in floating point. With it, the scaled image may be smaller than the target, which then has no window.
 */
export function planGeometry(image: ImageInput, source: Size): Geometry {
  switch (image.fit) {
    case 'stretch':
      return centred(image, { width: image.width, height: image.height });
    case 'crop':
      return centred(image, scaledToShorter(source, image));
    case 'pad':
      return centred(image, scaledInto(source, image));
  }
}

function scaledToShorter({ width, height }: Size, { shorterSide, sides }: ImageInput): Size {
  const shorter = Math.min(width, height);
  const scale = Math.fround(shorterSide / shorter);
  const scaled = (side: number): number => {
    switch (sides) {
      case 'exact':
        return Math.trunc((side * shorterSide) / shorter);
      case 'float32':
        return Math.trunc(Math.fround(side * scale));
      case 'float32_rounded':
        return roundHalfToEven(Math.fround(side * scale));
    }
  };
  return { width: scaled(width), height: scaled(height) };
}

function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}

function scaledInto({ width, height }: Size, room: Size): Size {
  return room.width * height <= room.height * width
    ? { width: room.width, height: Math.max(1, Math.trunc((height * room.width) / width)) }
    : { width: Math.max(1, Math.trunc((width * room.height) / height)), height: room.height };
}

/** The middle of the larger in the middle of the smaller, side by side. */
function centred(target: Size, scaled: Size): Geometry {
  const width = Math.min(target.width, scaled.width);
  const height = Math.min(target.height, scaled.height);
  return {
    scaledWidth: scaled.width,
    scaledHeight: scaled.height,
    left: Math.trunc((scaled.width - width) / 2),
    top: Math.trunc((scaled.height - height) / 2),
    width,
    height,
    targetLeft: Math.trunc((target.width - width) / 2),
    targetTop: Math.trunc((target.height - height) / 2),
  };
}
