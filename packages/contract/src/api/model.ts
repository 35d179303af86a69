import Type, { type Static } from 'typebox';
import { namePattern } from '../names.ts';
import { Description, Digest, PageQuery, Properties, RandomWeights, Tags, Timestamp } from './common.ts';
import { ConversionReport } from './conversion.ts';

/** One file of a model: its path inside the model, and the blob that holds its bytes. */
export const ModelFile = Type.Object({
  path: Type.String({ minLength: 1, maxLength: 1024 }),
  digest: Digest,
  size: Type.Integer({ minimum: 0 }),
});
export type ModelFile = Static<typeof ModelFile>;

/** A registered model version. Its files never change; tags and description may. */
export const Model = Type.Object(
  {
    id: Type.String({ description: 'name:version' }),
    name: Type.String(),
    version: Type.Integer({ minimum: 1 }),
    workspace: Type.String(),
    description: Description,
    tags: Tags,
    properties: Properties,
    randomWeights: RandomWeights,
    framework: Type.Union([Type.String(), Type.Null()]),
    frameworkVersion: Type.Union([Type.String(), Type.Null()]),
    parentId: Type.Union([Type.String(), Type.Null()]),
    derivedModelIds: Type.Array(Type.String()),
    conversion: Type.Union([ConversionReport, Type.Null()], {
      description: 'How it was converted from its parent, where it was.',
    }),
    digest: Digest,
    size: Type.Integer({ minimum: 0 }),
    files: Type.Array(ModelFile),
    createdAt: Timestamp,
    updatedAt: Timestamp,
    etag: Type.String(),
  },
  { $id: 'Model' },
);
export type Model = Static<typeof Model>;

/** Registers blobs that were uploaded before as the next version of `name`. */
export const ModelRegister = Type.Object(
  {
    name: Type.String({ pattern: namePattern('model') }),
    files: Type.Array(ModelFile, { minItems: 1, maxItems: 100_000 }),
    folder: Type.Optional(
      Type.String({
        pattern: '^(?!\\.{1,2}$)[^/\\\\\\u0000]{1,255}$',
        description:
          'Name of the folder that the files were in: an entry script finds them in a folder of that name.',
      }),
    ),
    description: Type.Optional(Description),
    tags: Type.Optional(Tags),
    properties: Type.Optional(Properties),
    framework: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    frameworkVersion: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    parentId: Type.Optional(Type.String()),
  },
  { $id: 'ModelRegister', additionalProperties: false },
);
export type ModelRegister = Static<typeof ModelRegister>;

/** Changes what may change of a model. Tags replace; properties are added. */
export const ModelUpdate = Type.Object(
  {
    description: Type.Optional(Description),
    tags: Type.Optional(Tags),
    addProperties: Type.Optional(Properties),
  },
  { $id: 'ModelUpdate', additionalProperties: false, minProperties: 1 },
);
export type ModelUpdate = Static<typeof ModelUpdate>;

/** `tag` and `property` are `key` or `key=value`, and may be repeated: all must hold. */
export const ModelQuery = Type.Interface([PageQuery], {
  name: Type.Optional(Type.String()),
  framework: Type.Optional(Type.String()),
  tag: Type.Optional(Type.Array(Type.String())),
  property: Type.Optional(Type.Array(Type.String())),
  latest: Type.Optional(Type.Boolean({ description: 'Only the newest version of each name.' })),
});
export type ModelQuery = Static<typeof ModelQuery>;

/** A resumable upload of one blob: `offset` bytes have arrived and are kept. */
export const BlobUpload = Type.Object(
  { id: Type.String(), offset: Type.Integer({ minimum: 0 }), expiresAt: Timestamp },
  { $id: 'BlobUpload' },
);
export type BlobUpload = Static<typeof BlobUpload>;
