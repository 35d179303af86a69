import type { RefusedNode } from '../../graph-error.ts';
import type { Expression } from './expression.ts';

/** What is known of a tensor when the model is converted, for any image that callers may send. */
export type Abstract =
  | Numbers
  | Picture
  | Encoded
  | Unknown
  /** All encoded images, or a list of them. */
  | { readonly kind: 'strings' | 'list' }
  /** The number of each image, in order. */
  | { readonly kind: 'indices' }
  /** A list that a loop is to fill, and how many elements it has room for. */
  | { readonly kind: 'room'; readonly size: Expression }
  /** The variable of a loop, by its node, while it is found out what the loop does to it. */
  | { readonly kind: 'variable'; readonly name: string }
  /** A variable with one more element in it. */
  | { readonly kind: 'written'; readonly name: string; readonly index: Expression; readonly element: Picture }
  /** A list of what became of each image. */
  | { readonly kind: 'mapped'; readonly element: Picture }
  /** What a condition did not choose. */
  | { readonly kind: 'dead' };

/** A small tensor of numbers. */
export interface Numbers {
  readonly kind: 'numbers';
  /** As TensorFlow calls it: `int32`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly elements: readonly Expression[];
}

/** One encoded image: of a loop over all of them, or the only one. */
export interface Encoded {
  readonly kind: 'encoded';
  readonly of: 'element' | 'single';
}

/** What an axis of a picture counts: `N` the images, of which there is one but in a batch. */
export type Axis = 'N' | 'H' | 'W' | 'C';

/** A decoded image on its way to what the network takes. */
export interface Picture {
  readonly kind: 'picture';
  /** Of a loop, the only one, or all of them together. */
  readonly of: 'element' | 'single' | 'batch';
  readonly dtype: string;
  readonly axes: readonly Axis[];
  readonly frame: Frame;
  /** One without an axis `C`. */
  readonly channels: readonly Channel[];
}

export type Resize = 'tf1_bilinear' | 'tf2_bilinear' | 'nearest' | 'tf2_nearest';

/** Which part of the image a picture shows, and how large. Pictures of one frame share the object. */
export interface Frame {
  readonly height: Expression;
  readonly width: Expression;
  readonly resized:
    | { readonly by: Resize; readonly height: Expression; readonly width: Expression }
    | undefined;
  readonly cropped: { readonly top: Expression; readonly left: Expression } | undefined;
}

/** An element is (level of the source - mean) / std * scale; 0, 1 and 2 are red, green and blue. */
export interface Channel {
  readonly source: 0 | 1 | 2;
  readonly mean: number;
  readonly std: number;
  readonly scale: number;
}

/** What cannot be told, and the nodes that it is for. */
export interface Unknown {
  readonly kind: 'unknown';
  readonly causes: readonly RefusedNode[];
}

/** More causes than these, nobody reads. */
const MOST_CAUSES = 50;

/** What several unknown values make. */
export function unknownFrom(values: readonly Unknown[]): Unknown {
  const causes = new Map(values.flatMap((value) => value.causes).map((cause) => [cause.node, cause]));
  return { kind: 'unknown', causes: [...causes.values()].slice(0, MOST_CAUSES) };
}
