import Type, { type Static } from 'typebox';
import { namePattern } from '../names.ts';

/** `native` is Slipway's own import; `python` is tf2onnx in an environment of its own. */
export const ConvertEngine = Type.Enum(['native', 'python']);
export type ConvertEngine = Static<typeof ConvertEngine>;

/** Gigabytes (10^9 bytes) for a conversion by Slipway itself: four times what ResNet-50 takes, and enough for VGG-16. */
export const DEFAULT_CONVERT_MEMORY_GB = 4;

/** For tf2onnx with TensorFlow, which took 7 to 10 GB for ResNets. */
export const DEFAULT_PYTHON_CONVERT_MEMORY_GB = 12;

/** Seconds: what takes minutes on a quick machine ends within an hour on a slow one. */
export const DEFAULT_CONVERT_TIMEOUT_SECONDS = 3_600;

const tensors = (description: string) =>
  Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 1024 }), { minItems: 1, maxItems: 1000, description }),
  );

/** Converts a registered model of TensorFlow, or of ONNX, into a registered ONNX model that was tried. */
export const ModelConvert = Type.Object(
  {
    inputs: tensors('Tensors to feed: `scope/op:0`, `scope/op`, or keys of the signature.'),
    outputs: tensors('Tensors to compute. What is left out is found where there is only one choice.'),
    signature: Type.Optional(Type.String({ minLength: 1, maxLength: 1024 })),
    graphTags: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 255 }), {
        minItems: 1,
        maxItems: 100,
        description: 'Tags of the graph, where a SavedModel has several.',
      }),
    ),
    path: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1024,
        description: 'The file or folder among those of the model, where it holds several models.',
      }),
    ),
    name: Type.Optional(
      Type.String({
        pattern: namePattern('model'),
        description:
          'Name of the converted model; `<source>.<version>.accelonnx` when left out, the source cut so that it has 32 characters.',
      }),
    ),
    engine: Type.Optional(ConvertEngine),
    python: Type.Optional(
      Type.String({
        pattern: '^/',
        maxLength: 4096,
        description:
          'Absolute path, on the machine of the server, of a Python with TensorFlow that the result is compared with.',
      }),
    ),
    environment: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 300,
        description: 'Instead of `python`: a registered environment that has TensorFlow.',
      }),
    ),
    shapes: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^.{1,1024}$' }),
        Type.Array(Type.Integer({ minimum: 0, maximum: 1_000_000 }), { maxItems: 16 }),
        {
          additionalProperties: false,
          description: 'Shapes of inputs, by their tensors, that the result is tried with.',
        },
      ),
    ),
    memoryGb: Type.Optional(
      Type.Number({
        minimum: 0.1,
        maximum: 100_000,
        description:
          'Gigabytes (10^9 bytes) that the conversion may take; 4 when left out, 12 with the engine `python`.',
      }),
    ),
    timeoutSeconds: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 7 * 24 * 3_600,
        description: 'The conversion is ended after so long; an hour when left out.',
      }),
    ),
  },
  { $id: 'ModelConvert', additionalProperties: false },
);
export type ModelConvert = Static<typeof ModelConvert>;

const ConvertedTensor = Type.Object({
  name: Type.String({ description: 'The tensor: `scope/op:0`.' }),
  alias: Type.String({ description: 'The key of the signature, or the name as it was asked for.' }),
  dtype: Type.String(),
  shape: Type.Union([Type.Array(Type.Union([Type.Integer(), Type.Null()])), Type.Null()]),
});

/** What does not depend on the machine or the hour: the file `conversion.json` of the converted model. */
export const ConversionFacts = Type.Object({
  kind: Type.Literal('Conversion'),
  engine: ConvertEngine,
  converter: Type.String({ description: 'What converted, with its version.' }),
  source: Type.Object({
    digest: Type.String({ description: 'Of the source model.' }),
    format: Type.String(),
    path: Type.String({ description: 'The file or folder in the source model; empty: the model itself.' }),
    signature: Type.Union([Type.String(), Type.Null()]),
  }),
  inputs: Type.Array(ConvertedTensor),
  outputs: Type.Array(ConvertedTensor),
  images: Type.Array(Type.String(), {
    description: 'Inputs whose images are decoded and resized by the service, as `signature.json` says.',
  }),
  ops: Type.Array(Type.Object({ op: Type.String(), nodes: Type.Integer() }), {
    description:
      "TensorFlow's nodes that the outputs are computed from, by op; none where the source is ONNX.",
  }),
  nodes: Type.Object({
    tensorflow: Type.Integer(),
    imported: Type.Integer({
      description: 'Nodes of ONNX before the optimizer; of the source, where that is ONNX.',
    }),
    onnx: Type.Integer({ description: 'Nodes of the result: what is less was folded or fused.' }),
  }),
  parameters: Type.Integer({ description: 'Elements of all constants of the result.' }),
  opset: Type.Union([Type.Integer(), Type.Null()]),
});
export type ConversionFacts = Static<typeof ConversionFacts>;

/** One input of the trial, and how the result answered. */
export const ConversionTrial = Type.Object({
  inputs: Type.String({ description: 'The kind of numbers that the inputs were filled with.' }),
  signal: Type.Number({ description: 'The most that an output changed with the inputs.' }),
  relativeSignal: Type.Number({ description: 'That, beside the largest element of that output.' }),
  error: Type.Union([Type.Number(), Type.Null()], {
    description:
      'The most that an element differed from TensorFlow, or from a source that is ONNX, beside the signal; null: not compared.',
  }),
});
export type ConversionTrial = Static<typeof ConversionTrial>;

/** How a model was converted, and how it was tried. */
export const ConversionReport = Type.Object(
  {
    ...ConversionFacts.properties,
    sizes: Type.Object({ source: Type.Integer(), onnx: Type.Integer() }, { description: 'Bytes.' }),
    seconds: Type.Object(
      {
        load: Type.Number(),
        convert: Type.Number(),
        optimize: Type.Number(),
        write: Type.Number(),
        verify: Type.Number(),
        total: Type.Number(),
      },
      { description: 'Seconds of each part.' },
    ),
    peakMemory: Type.Integer({ description: 'Most bytes of memory that the process had.' }),
    onnxruntime: Type.String({ description: 'The version that the result was tried in.' }),
    tensorflow: Type.Union([Type.String(), Type.Null()], {
      description: 'The version that the result was compared with; null: with none.',
    }),
    trials: Type.Array(ConversionTrial),
  },
  { $id: 'ConversionReport' },
);
export type ConversionReport = Static<typeof ConversionReport>;
