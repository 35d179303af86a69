import Type, { type Static } from 'typebox';
import { namePattern } from '../names.ts';
import { Description, Failure, PageQuery, Tags, Timestamp } from './common.ts';

/** Characters of a definition's file: a lock file of a thousand packages stays below. */
const DefinitionText = Type.String({ maxLength: 4 * 1024 * 1024 });

/** What an environment holds, as its author wrote it. */
export const EnvironmentDefinition = Type.Union([
  Type.Object(
    { kind: Type.Literal('conda'), specification: DefinitionText },
    { additionalProperties: false, description: 'The text of a conda environment file (YAML).' },
  ),
  Type.Object(
    {
      kind: Type.Literal('pip'),
      requirements: DefinitionText,
      python: Type.Optional(
        Type.String({ maxLength: 100, description: 'The version of Python: `3.11`, `>=3.9,<3.12`.' }),
      ),
    },
    { additionalProperties: false, description: 'The text of a pip requirements file.' },
  ),
  Type.Object(
    {
      kind: Type.Literal('npm'),
      packageJson: DefinitionText,
      packageLock: Type.Optional(DefinitionText),
      allowScripts: Type.Optional(
        Type.Boolean({ description: 'Lets packages run their install scripts; false if left out.' }),
      ),
    },
    { additionalProperties: false, description: 'The text of a package.json, and of its lock.' },
  ),
  Type.Object(
    { kind: Type.Literal('interpreter'), path: Type.String({ minLength: 1, maxLength: 4096 }) },
    {
      additionalProperties: false,
      description: 'The absolute path of a Python that is there already, on the machine of the server.',
    },
  ),
]);
export type EnvironmentDefinition = Static<typeof EnvironmentDefinition>;

export const EnvironmentState = Type.Enum(['NotBuilt', 'Building', 'Built', 'Failed']);
export type EnvironmentState = Static<typeof EnvironmentState>;

/** What was built. Environments of the same content share it. */
export const EnvironmentBuild = Type.Object({
  hash: Type.String({ description: 'SHA-256 of definition, platform and tool, in hexadecimal digits.' }),
  tool: Type.String({ description: 'What installed the packages: `uv`, `pip`, `npm`, `micromamba`, …' }),
  python: Type.Union([Type.String(), Type.Null()], { description: '`3.11.7`' }),
  interpreter: Type.Union([Type.String(), Type.Null()]),
  packages: Type.Integer({ minimum: 0 }),
  size: Type.Integer({ minimum: 0, description: 'Bytes of its folder.' }),
  builtAt: Timestamp,
});
export type EnvironmentBuild = Static<typeof EnvironmentBuild>;

/** A version of a named set of packages that entry scripts run in. Its definition never changes. */
export const Environment = Type.Object(
  {
    id: Type.String({ description: 'name:version' }),
    name: Type.String(),
    version: Type.Integer({ minimum: 1 }),
    workspace: Type.String(),
    description: Description,
    tags: Tags,
    definition: EnvironmentDefinition,
    warnings: Type.Array(Type.String(), { description: 'What of the definition was read otherwise.' }),
    state: EnvironmentState,
    error: Type.Union([Failure, Type.Null()]),
    build: Type.Union([EnvironmentBuild, Type.Null()]),
    operationId: Type.Union([Type.String(), Type.Null()], { description: 'The last build.' }),
    createdAt: Timestamp,
    updatedAt: Timestamp,
    etag: Type.String(),
  },
  { $id: 'Environment' },
);
export type Environment = Static<typeof Environment>;

/** Registers a definition: as the next version of `name`, or as the newest one again if that has the same definition. */
export const EnvironmentRegister = Type.Object(
  {
    name: Type.String({ pattern: namePattern('environment') }),
    definition: EnvironmentDefinition,
    description: Type.Optional(Description),
    tags: Type.Optional(Tags),
  },
  { $id: 'EnvironmentRegister', additionalProperties: false },
);
export type EnvironmentRegister = Static<typeof EnvironmentRegister>;

export const EnvironmentQuery = Type.Interface([PageQuery], {
  name: Type.Optional(Type.String()),
  tag: Type.Optional(Type.Array(Type.String(), { description: '`key` or `key=value`' })),
  latest: Type.Optional(Type.Boolean({ description: 'Only the newest version of each name.' })),
});
export type EnvironmentQuery = Static<typeof EnvironmentQuery>;

/** Every package of a build with its version, and its hashes where the tool tells them, as the tool would read it. */
export const EnvironmentLock = Type.Object(
  { hash: Type.String(), tool: Type.String(), lock: Type.String() },
  { $id: 'EnvironmentLock' },
);
export type EnvironmentLock = Static<typeof EnvironmentLock>;
