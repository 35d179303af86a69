import Type, { type Static } from 'typebox';
import {
  DEFAULT_NMS_THRESHOLD,
  DEFAULT_SELECT_THRESHOLD,
  DEFAULT_TOP,
  type DetectorLayout,
} from '../detector.ts';
import type { ImageFit, ImageInput, ImageResize, ImageSides } from '../images.ts';

/** Pixels a side may have: far more than any network takes, and a tensor that still fits in memory. */
const MAX_SIDE = 4096;

/** A list and no tuple, which would say of a fourth number that its schema is false. */
const rgb = (value: Type.TSchema, description: string) =>
  Type.Unsafe<[number, number, number]>(Type.Array(value, { minItems: 3, maxItems: 3, description }));

const side = (description: string) => Type.Integer({ minimum: 1, maximum: MAX_SIDE, description });

/** How callers' encoded images become the tensor that an input of the model takes. */
export const ImageDeclaration = Type.Object(
  {
    name: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        description: 'The name under which callers send the images; the name of the input when left out.',
      }),
    ),
    width: side('Pixels that the model takes in a row.'),
    height: side('Rows that the model takes.'),
    resize: Type.Unsafe<ImageResize>(
      Type.Enum(['tf1_bilinear', 'tf2_bilinear', 'bilinear', 'nearest', 'tf2_nearest'], {
        description:
          '`tf1_bilinear` and `nearest` as TensorFlow 1 samples (no half-pixel centres); `tf2_bilinear` and `tf2_nearest` as TensorFlow 2; `bilinear` is the fast one.',
      }),
    ),
    fit: Type.Unsafe<ImageFit>(
      Type.Enum(['stretch', 'crop', 'pad'], {
        description:
          '`stretch` ignores the aspect ratio; `crop` cuts out the centre; `pad` adds bars around the image.',
      }),
    ),
    shorterSide: Type.Optional(
      side(
        'With `crop`: the image is first scaled to this shorter side; the larger of width and height when left out.',
      ),
    ),
    sides: Type.Optional(
      Type.Unsafe<ImageSides>(
        Type.Enum(['exact', 'float32', 'float32_rounded'], {
          default: 'exact',
          description:
            'With `crop`: how the scaled sides become whole. `exact` cuts side * shorterSide / shorter off; `float32` cuts side * (shorterSide / shorter) off, computed in single precision as graphs of TensorFlow do; `float32_rounded` rounds the same.',
        }),
      ),
    ),
    padLevels: Type.Optional(
      rgb(
        Type.Number({ minimum: 0, maximum: 255 }),
        'With `pad`: red, green and blue of the bars, 0 to 255; black when left out.',
      ),
    ),
    channelOrder: Type.Optional(Type.Unsafe<'rgb' | 'bgr'>(Type.Enum(['rgb', 'bgr'], { default: 'rgb' }))),
    mean: Type.Optional(
      rgb(
        Type.Number(),
        'Subtracted from the levels 0 to 255 of red, green and blue; 0 when left out. An element is (level - mean) / std * scale.',
      ),
    ),
    std: Type.Optional(rgb(Type.Number({ exclusiveMinimum: 0 }), 'Divides; 1 when left out.')),
    scale: Type.Optional(rgb(Type.Number({ exclusiveMinimum: 0 }), 'Multiplies; 1 when left out.')),
    layout: Type.Unsafe<'NHWC' | 'NCHW'>(
      Type.Enum(['NHWC', 'NCHW'], { description: 'Where the channels stand in the shape of the input.' }),
    ),
    datatype: Type.Optional(
      Type.Unsafe<ImageInput['datatype']>(Type.Enum(['FP32', 'FP16', 'UINT8'], { default: 'FP32' })),
    ),
  },
  { $id: 'ImageDeclaration', additionalProperties: false },
);
export type ImageDeclaration = Static<typeof ImageDeclaration>;

const LABELS = {
  labels: Type.Optional(
    Type.Array(Type.String({ maxLength: 1000 }), {
      minItems: 1,
      description: 'The names of the classes, the one with index 0 first.',
    }),
  ),
  labelsFile: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'Instead of `labels`: a text file beside this one that has them, one a line.',
    }),
  ),
};

/** The names of the classes that an output scores. */
export const OutputDeclaration = Type.Object(LABELS, {
  $id: 'OutputDeclaration',
  additionalProperties: false,
});
export type OutputDeclaration = Static<typeof OutputDeclaration>;

/** More would only make the boxes of one image cost more to compare: no scene has so many objects. */
const MAX_TOP = 1_000;

const part = (description: string, of: number) =>
  Type.Optional(Type.Number({ minimum: 0, maximum: 1, default: of, description }));

/** A detector whose raw outputs the replica makes boxes, classes and scores of. */
export const DetectorDeclaration = Type.Object(
  {
    layout: Type.Unsafe<DetectorLayout>(
      Type.Enum(['ssd-vgg-300'], { description: 'What the raw outputs are, and where the anchors stand.' }),
    ),
    selectThreshold: part('The score that must be exceeded.', DEFAULT_SELECT_THRESHOLD),
    nmsThreshold: part(
      'Overlap (intersection over union) from which on a box goes beside a better one of its class.',
      DEFAULT_NMS_THRESHOLD,
    ),
    top: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAX_TOP,
        default: DEFAULT_TOP,
        description: 'Of an image, how many of the best are looked at for overlaps.',
      }),
    ),
    ...LABELS,
  },
  { $id: 'DetectorDeclaration', additionalProperties: false },
);
export type DetectorDeclaration = Static<typeof DetectorDeclaration>;

const name = Type.String({ pattern: '^.{1,255}$' });

/** The file `signature.json` beside a model: what its own file cannot say, under the names of its inputs and outputs. */
export const ModelSignatureFile = Type.Object(
  {
    kind: Type.Literal('ModelSignature'),
    inputs: Type.Optional(
      Type.Record(name, Type.Object({ image: ImageDeclaration }, { additionalProperties: false }), {
        minProperties: 1,
        additionalProperties: false,
      }),
    ),
    outputs: Type.Optional(
      Type.Record(name, OutputDeclaration, { minProperties: 1, additionalProperties: false }),
    ),
    detections: Type.Optional(DetectorDeclaration),
  },
  { $id: 'ModelSignatureFile', additionalProperties: false },
);
export type ModelSignatureFile = Static<typeof ModelSignatureFile>;
