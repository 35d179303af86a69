import Type, { type Static } from 'typebox';
import { MAX_ENTRY_WORKERS } from '../limits.ts';
import { ModelFile } from './model.ts';

/** Files that the sources of one script may have; all of them stand in every revision. */
const MAX_SOURCE_FILES = 10_000;

const orNull = <T extends Type.TSchema>(schema: T, options: Type.TSchemaOptions) =>
  Type.Union([schema, Type.Null()], options);

const FIELDS = {
  entryScript: Type.String({
    minLength: 1,
    maxLength: 1024,
    description:
      'The script with `init` and `run`, as a path among `files`: `.py`, or `.ts`, `.mts`, `.js`, `.mjs`, which the replica itself runs.',
  }),
  files: Type.Array(ModelFile, {
    minItems: 1,
    maxItems: MAX_SOURCE_FILES,
    description:
      'The sources: blobs that were uploaded before, with their paths in the folder of the script.',
  }),
  environment: orNull(Type.String({ minLength: 1, maxLength: 265 }), {
    description:
      'The environment that the script runs in: `name` or `name:version`; without a version, the newest.',
  }),
  interpreter: orNull(Type.String({ pattern: '^/', maxLength: 4096 }), {
    description:
      'Absolute path of the Python that runs a script in Python instead of an environment. With neither, it is the first `python3` on the PATH of the server.',
  }),
  encodeNumpy: Type.Boolean({
    default: false,
    description:
      'Arrays and scalars of numpy in an answer become JSON; otherwise it is an error, as on Azure.',
  }),
  workers: Type.Integer({
    minimum: 1,
    maximum: MAX_ENTRY_WORKERS,
    default: 1,
    description:
      'Processes, or for JavaScript threads, of each replica that run the script side by side, each one request at a time.',
  }),
};

/** How a service runs the user's own code in front of its models. */
export const InferenceConfig = Type.Object(FIELDS, { $id: 'InferenceConfig', additionalProperties: false });
export type InferenceConfig = Static<typeof InferenceConfig>;

/** The same in a request: what is left out has its default, or stays. `entryScript: null` takes the script away. */
export const InferenceChoice = Type.Object(
  {
    entryScript: Type.Optional(
      orNull(FIELDS.entryScript, {
        description: 'As in `InferenceConfig`; `null`: without a script from now on.',
      }),
    ),
    files: Type.Optional(FIELDS.files),
    environment: Type.Optional(FIELDS.environment),
    interpreter: Type.Optional(FIELDS.interpreter),
    encodeNumpy: Type.Optional(FIELDS.encodeNumpy),
    workers: Type.Optional(FIELDS.workers),
  },
  { $id: 'InferenceChoice', additionalProperties: false, minProperties: 1 },
);
export type InferenceChoice = Static<typeof InferenceChoice>;
