import type { Environment } from '@slipway/contract/api';
import { age, bytes, pairs } from './format.ts';
import { details, table } from './table.ts';

/** Environments, a line each. */
export function environmentTable(environments: readonly Environment[]): string {
  return table(
    environments,
    {
      id: ({ id }) => id,
      from: ({ definition }) => definition.kind,
      state: ({ state }) => state,
      python: ({ build }) => build?.python ?? '-',
      size: ({ build }) => (build === null ? '-' : bytes(build.size)),
      age: ({ createdAt }) => age(createdAt),
    },
    'There are no environments: make one with "slipway environment create NAME --file myenv.yml".',
  );
}

/** All of an environment, with the lock of what was built. */
export function environmentDetails(environment: Environment & { readonly lock: string | null }): string {
  const { build, error, lock } = environment;
  const shown = details({
    Id: environment.id,
    Workspace: environment.workspace,
    Description: environment.description ?? undefined,
    Tags: pairs(environment.tags),
    From: environment.definition.kind,
    State: environment.state,
    Error: error === null ? undefined : `${error.message} (${error.code})`,
    Notes: environment.warnings.join('\n') || undefined,
    Python: build?.python ?? undefined,
    Interpreter: build?.interpreter ?? undefined,
    Tool: build?.tool,
    Size: build === null ? undefined : bytes(build.size),
    Hash: build?.hash,
    Built: build?.builtAt,
    Created: environment.createdAt,
  });
  return lock === null ? shown : `${shown}\n\n${lock.trimEnd()}`;
}

/** What creating an environment came to. */
export function describeCreated({ id, build }: Environment): string {
  if (build === null)
    return `${id} is registered. It is built with its first deployment, or now with --build.`;
  const what = build.python === null ? build.tool : `Python ${build.python}`;
  return `${id} is built: ${build.packages} packages for ${what}, ${bytes(build.size)}.`;
}
