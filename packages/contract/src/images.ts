/**
 * How pixels of the resized image are computed. `tf1_bilinear`: as TensorFlow 1's `resize_bilinear` with
 * `align_corners=False` does, bit for bit. `nearest`: as its `resize_nearest_neighbor`. `tf2_bilinear` and
 * `tf2_nearest`: as `tf.image.resize` of TensorFlow 2, with half-pixel centres. `bilinear`: averages what it leaves
 * out, fast; the values are its own.
 */
export type ImageResize = 'tf1_bilinear' | 'tf2_bilinear' | 'bilinear' | 'nearest' | 'tf2_nearest';

/**
 * How an image of another aspect ratio becomes one of the target size. `stretch`: both sides are scaled on
 * their own. `crop`: scaled until the shorter side is `shorterSide`, then the centre is cut out. `pad`: scaled
 * until it fits in, then centred on `padLevels`.
 */
export type ImageFit = 'stretch' | 'crop' | 'pad';

/**
 * How the sides of an image that is scaled to its shorter side become whole. `exact`: side * shorterSide / shorter is
 * cut off, as on paper. `float32`: side * (shorterSide / shorter) is cut off after both steps in single precision, as
 * graphs of TensorFlow compute it: 256 / 61 * 61 becomes 255. `float32_rounded`: the same, rounded to the nearest.
 */
export type ImageSides = 'exact' | 'float32' | 'float32_rounded';

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
  /** Looked at with `crop` alone. */
  readonly sides: ImageSides;
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
