import type { Batching, DeploymentConfig } from '@slipway/contract/api';
import type { FieldProblem } from '../field-problems.ts';
import type { RevisionPlan } from './revisions.ts';

/** What is wrong with how requests are to share runs, and with the number of engines. */
export function batchingProblems(config: DeploymentConfig): readonly FieldProblem[] {
  const problems = settingsProblems('config', config, config);
  for (const [model, settings] of Object.entries(config.modelSettings)) {
    problems.push(...settingsProblems(`config.modelSettings.${model}`, settings, config));
  }
  return problems;
}

interface Settings {
  readonly batching?: Batching | undefined;
  readonly instances?: number | null | undefined;
}

function settingsProblems(
  path: string,
  { batching, instances }: Settings,
  { lane }: DeploymentConfig,
): FieldProblem[] {
  const problems = batching === undefined ? [] : sizeProblems(`${path}.batching`, batching);
  if (lane === 'inline' && (instances ?? 1) > 1) {
    const message = 'must be 1 while config.lane is "inline": the thread of the sockets holds one engine';
    problems.push({ field: `${path}.instances`, message });
  }
  return problems;
}

function sizeProblems(path: string, { mode, maxSize, maxDelayMs, preferredSizes }: Batching): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const [name, value] of Object.entries({ maxDelayMs, preferredSizes })) {
    if (value === undefined || mode === 'dynamic') continue;
    problems.push({ field: `${path}.${name}`, message: `belongs to the mode "dynamic", not to "${mode}"` });
  }
  const tooLarge = preferredSizes?.filter((size) => size > (maxSize ?? size)) ?? [];
  if (tooLarge.length > 0) {
    const message = `must not be more than ${path}.maxSize: ${tooLarge.join(', ')} > ${maxSize}`;
    problems.push({ field: `${path}.preferredSizes`, message });
  }
  return problems;
}

/** Settings of models that the service does not have: most likely a slip of the pen. */
export function unknownModelProblems({ models, config }: RevisionPlan): readonly FieldProblem[] {
  const names = new Set(models.map(({ name }) => name));
  return Object.keys(config.modelSettings)
    .filter((model) => !names.has(model))
    .map((model) => ({
      field: `config.modelSettings.${model}`,
      message: `names no model of the service; it has ${[...names].join(', ')}`,
    }));
}
