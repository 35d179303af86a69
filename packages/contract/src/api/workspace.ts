import Type, { type Static } from 'typebox';
import { namePattern } from '../names.ts';
import { Description, Tags, Timestamp } from './common.ts';

/** The folder that everything else stands in. */
export const Workspace = Type.Object(
  {
    name: Type.String(),
    description: Description,
    tags: Tags,
    createdAt: Timestamp,
    updatedAt: Timestamp,
    etag: Type.String(),
  },
  { $id: 'Workspace' },
);
export type Workspace = Static<typeof Workspace>;

export const WorkspaceCreate = Type.Object(
  {
    name: Type.String({ pattern: namePattern('workspace') }),
    description: Type.Optional(Description),
    tags: Type.Optional(Tags),
  },
  { $id: 'WorkspaceCreate', additionalProperties: false },
);
export type WorkspaceCreate = Static<typeof WorkspaceCreate>;
