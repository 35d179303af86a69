import type { Workspace } from '@slipway/contract/api';
import { age, pairs } from './format.ts';
import { details, table } from './table.ts';

/** Workspaces, a line each. */
export function workspaceTable(workspaces: readonly Workspace[]): string {
  return table(
    workspaces,
    {
      name: ({ name }) => name,
      description: ({ description }) => description ?? '-',
      tags: ({ tags }) => pairs(tags) ?? '-',
      age: ({ createdAt }) => age(createdAt),
    },
    'There are no workspaces.',
  );
}

/** All of a workspace. */
export function workspaceDetails(workspace: Workspace): string {
  return details({
    Name: workspace.name,
    Description: workspace.description ?? undefined,
    Tags: pairs(workspace.tags),
    Created: workspace.createdAt,
    Updated: workspace.updatedAt,
  });
}
