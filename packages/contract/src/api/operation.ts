import Type, { type Static } from 'typebox';
import { Failure, PageQuery, Timestamp } from './common.ts';

/** The last four are final. */
export const OperationState = Type.Enum([
  'NotStarted',
  'Running',
  'Succeeded',
  'Failed',
  'Cancelled',
  'TimedOut',
]);
export type OperationState = Static<typeof OperationState>;

export const OperationKind = Type.Enum([
  'DeployService',
  'UpdateService',
  'RollbackService',
  'DeleteService',
  'BuildEnvironment',
  'ConvertModel',
]);
export type OperationKind = Static<typeof OperationKind>;

/** Long work that the control plane does, and goes on with after a restart. */
export const Operation = Type.Object(
  {
    id: Type.String(),
    workspace: Type.String(),
    kind: OperationKind,
    state: OperationState,
    /** Path of the thing it works on, below the workspace: `services/digits`. */
    resource: Type.String(),
    percent: Type.Union([Type.Number({ minimum: 0, maximum: 100 }), Type.Null()]),
    message: Type.String({ description: 'What it does now, or how it ended.' }),
    error: Type.Union([Failure, Type.Null()]),
    result: Type.Union([Type.String(), Type.Null()], {
      description: 'Path of what it made, below the workspace: `models/digits.1.accelonnx:1`.',
    }),
    cancelRequested: Type.Boolean(),
    createdAt: Timestamp,
    startedAt: Type.Union([Timestamp, Type.Null()]),
    finishedAt: Type.Union([Timestamp, Type.Null()]),
    etag: Type.String(),
  },
  { $id: 'Operation' },
);
export type Operation = Static<typeof Operation>;

export const OperationQuery = Type.Interface([PageQuery], {
  state: Type.Optional(OperationState),
  resource: Type.Optional(Type.String()),
});
export type OperationQuery = Static<typeof OperationQuery>;

/** One line of an operation's log. `sequence` counts from 1 and is the id of its server-sent event. */
export const OperationLogLine = Type.Object(
  {
    sequence: Type.Integer({ minimum: 1 }),
    time: Timestamp,
    level: Type.Enum(['info', 'warn', 'error']),
    message: Type.String(),
  },
  { $id: 'OperationLogLine' },
);
export type OperationLogLine = Static<typeof OperationLogLine>;

/** True if an operation in this state will never change again. */
export function isFinal(state: OperationState): boolean {
  return state !== 'NotStarted' && state !== 'Running';
}
