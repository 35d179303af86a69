/**
 * How pixels of the resized image are computed. `tf1_bilinear`: as TensorFlow 1's `resize_bilinear` with
 * `align_corners=False` does, bit for bit. `nearest`: as its `resize_nearest_neighbor`. `bilinear`: averages
 * what it leaves out, fast; the values are its own.
 */
export type ImageResize = 'tf1_bilinear' | 'bilinear' | 'nearest';

/**
 * How an image of another aspect ratio becomes one of the target size. `stretch`: both sides are scaled on
 * their own. `crop`: scaled until the shorter side is `shorterSide`, then the centre is cut out. `pad`: scaled
 * until it fits in, then centred on `padLevels`.
 */
export type ImageFit = 'stretch' | 'crop' | 'pad';

/** One number for red, green and blue each, in this order whatever the order of the channels is. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** An input that callers send as encoded images, and all it takes to make the model's own tensor of them. */
export interface ImageInput {
  /** The input of the model that takes the pixels. */
  readonly input: string;
  /** The name under which callers send the images. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly resize: ImageResize;
  readonly fit: ImageFit;
  /** Pixels of the shorter side before the centre is cut out; looked at with `crop` alone. */
  readonly shorterSide: number;
  /** Levels from 0 to 255 around the image; looked at with `pad` alone. */
  readonly padLevels: Rgb;
  readonly channelOrder: 'rgb' | 'bgr';
  /** An element is (level - mean) / std * scale, where levels run from 0 to 255. */
  readonly mean: Rgb;
  readonly std: Rgb;
  readonly scale: Rgb;
  readonly layout: 'NHWC' | 'NCHW';
  readonly datatype: 'FP32' | 'FP16' | 'UINT8';
}
