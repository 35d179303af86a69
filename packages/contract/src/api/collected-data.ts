import Type, { type Static } from 'typebox';
import { Timestamp } from './common.ts';

/** A file of what a service has collected. */
export const CollectedFile = Type.Object(
  {
    path: Type.String({
      description: '`<model>/<version>/<designation>/<year>/<month>/<day>/<file>`; the day is one of UTC.',
    }),
    bytes: Type.Integer(),
    modifiedAt: Timestamp,
  },
  { $id: 'CollectedFile' },
);
export type CollectedFile = Static<typeof CollectedFile>;
