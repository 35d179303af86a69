import type { CommandUnknownOpts } from '@commander-js/extra-typings';

/** Where a command is found: its words, and the file that is read only when it is needed. */
export interface CommandEntry {
  readonly path: string;
  readonly load: () => Promise<() => CommandUnknownOpts>;
}

/** The commands that only hold others. */
export const GROUPS: Readonly<Record<string, string>> = {
  workspace: 'The folders that models and services stand in.',
  batch: 'Scoring of whole folders and tables.',
  model: 'Registered models and their versions.',
  environment: 'Packages that entry scripts run in.',
  accel: 'Accelerated image networks and their weights.',
  engine: 'The libraries with which models run on a GPU.',
  compute: 'The places where services run.',
  service: 'Deployed services: state, keys, logs, revisions.',
  operation: 'Long work that the control plane does.',
};

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  { path: 'up', load: async () => (await import('./commands/up.ts')).up },
  { path: 'down', load: async () => (await import('./commands/down.ts')).down },
  { path: 'status', load: async () => (await import('./commands/status.ts')).status },
  { path: 'doctor', load: async () => (await import('./commands/doctor.ts')).doctor },
  { path: 'dev', load: async () => (await import('./commands/dev.ts')).dev },
  { path: 'deploy', load: async () => (await import('./commands/deploy.ts')).deploy },
  { path: 'batch run', load: async () => (await import('./commands/batch/run.ts')).batchRun },
  { path: 'score', load: async () => (await import('./commands/score.ts')).score },
  { path: 'model register', load: async () => (await import('./commands/model/register.ts')).modelRegister },
  { path: 'model convert', load: async () => (await import('./commands/model/convert.ts')).modelConvert },
  { path: 'model quantize', load: async () => (await import('./commands/model/quantize.ts')).modelQuantize },
  { path: 'model inspect', load: async () => (await import('./commands/model/inspect.ts')).modelInspect },
  { path: 'model list', load: async () => (await import('./commands/model/list.ts')).modelList },
  { path: 'model show', load: async () => (await import('./commands/model/show.ts')).modelShow },
  { path: 'model download', load: async () => (await import('./commands/model/download.ts')).modelDownload },
  { path: 'model update', load: async () => (await import('./commands/model/update.ts')).modelUpdate },
  { path: 'model delete', load: async () => (await import('./commands/model/delete.ts')).modelDelete },
  { path: 'service list', load: async () => (await import('./commands/service/list.ts')).serviceList },
  { path: 'service show', load: async () => (await import('./commands/service/show.ts')).serviceShow },
  { path: 'service logs', load: async () => (await import('./commands/service/logs.ts')).serviceLogs },
  { path: 'service data', load: async () => (await import('./commands/service/data.ts')).serviceData },
  { path: 'service events', load: async () => (await import('./commands/service/events.ts')).serviceEvents },
  {
    path: 'service replicas',
    load: async () => (await import('./commands/service/replicas.ts')).serviceReplicas,
  },
  {
    path: 'service revisions',
    load: async () => (await import('./commands/service/revisions.ts')).serviceRevisions,
  },
  { path: 'service keys', load: async () => (await import('./commands/service/keys.ts')).serviceKeys },
  {
    path: 'service regen-key',
    load: async () => (await import('./commands/service/regen-key.ts')).serviceRegenKey,
  },
  { path: 'service token', load: async () => (await import('./commands/service/token.ts')).serviceToken },
  {
    path: 'service suggest-size',
    load: async () => (await import('./commands/service/suggest-size.ts')).serviceSuggestSize,
  },
  { path: 'service update', load: async () => (await import('./commands/service/update.ts')).serviceUpdate },
  {
    path: 'service rollback',
    load: async () => (await import('./commands/service/rollback.ts')).serviceRollback,
  },
  { path: 'service delete', load: async () => (await import('./commands/service/delete.ts')).serviceDelete },
  {
    path: 'workspace create',
    load: async () => (await import('./commands/workspace/create.ts')).workspaceCreate,
  },
  { path: 'workspace list', load: async () => (await import('./commands/workspace/list.ts')).workspaceList },
  { path: 'workspace show', load: async () => (await import('./commands/workspace/show.ts')).workspaceShow },
  { path: 'workspace use', load: async () => (await import('./commands/workspace/use.ts')).workspaceUse },
  {
    path: 'workspace delete',
    load: async () => (await import('./commands/workspace/delete.ts')).workspaceDelete,
  },
  {
    path: 'environment create',
    load: async () => (await import('./commands/environment/create.ts')).environmentCreate,
  },
  {
    path: 'environment list',
    load: async () => (await import('./commands/environment/list.ts')).environmentList,
  },
  {
    path: 'environment show',
    load: async () => (await import('./commands/environment/show.ts')).environmentShow,
  },
  {
    path: 'environment delete',
    load: async () => (await import('./commands/environment/delete.ts')).environmentDelete,
  },
  { path: 'accel pull', load: async () => (await import('./commands/accel/pull.ts')).accelPull },
  { path: 'accel train', load: async () => (await import('./commands/accel/train.ts')).accelTrain },
  { path: 'accel build', load: async () => (await import('./commands/accel/build.ts')).accelBuild },
  { path: 'accel list', load: async () => (await import('./commands/accel/list.ts')).accelList },
  { path: 'accel remove', load: async () => (await import('./commands/accel/remove.ts')).accelRemove },
  {
    path: 'engine install',
    load: async () => (await import('./commands/engine/install.ts')).engineInstall,
  },
  { path: 'engine list', load: async () => (await import('./commands/engine/list.ts')).engineList },
  { path: 'engine files', load: async () => (await import('./commands/engine/files.ts')).engineFiles },
  { path: 'engine remove', load: async () => (await import('./commands/engine/remove.ts')).engineRemove },
  { path: 'compute list', load: async () => (await import('./commands/compute/list.ts')).computeList },
  { path: 'compute show', load: async () => (await import('./commands/compute/show.ts')).computeShow },
  { path: 'compute update', load: async () => (await import('./commands/compute/update.ts')).computeUpdate },
  { path: 'operation list', load: async () => (await import('./commands/operation/list.ts')).operationList },
  { path: 'operation show', load: async () => (await import('./commands/operation/show.ts')).operationShow },
  {
    path: 'operation cancel',
    load: async () => (await import('./commands/operation/cancel.ts')).operationCancel,
  },
];
