import type { FieldProblem } from '../field-problems.ts';
import type { RevisionPlan } from './revisions.ts';

/** A GPU holds as many models as its memory does. A device of any other class is taken to hold one program, as an FPGA does. */
const SHARED_CLASS = 'gpu';

/**
 * What a plan asks of devices that run one model at a time: more models in a replica than it has such devices, or versions that
 * come and go inside of running replicas, where a new one is loaded beside the old one. A script is asked nothing: what it runs
 * where is its own.
 */
export function exclusiveDeviceProblems({
  config,
  models,
  selections,
  script,
}: Pick<RevisionPlan, 'config' | 'models' | 'selections' | 'script'>): readonly FieldProblem[] {
  if (script !== undefined) return [];
  const exclusive = Object.entries(config.devices).filter(
    ([name, count]) => name !== SHARED_CLASS && count > 0,
  );
  return exclusive.flatMap(([name, count]) => {
    const rule = `a replica of this service has ${count} ${name}, and each runs one model at a time`;
    if (selections !== undefined) {
      const message = `chooses versions by policy or label, which take over inside of running replicas, beside those before them, but ${rule}: name one version, and update the service for another`;
      return [{ field: 'models', message }];
    }
    if (models.length > count) {
      const named = models.map((model) => `${model.name}:${model.version}`).join(', ');
      const message = `has ${models.length} models (${named}), but ${rule}: deploy each as a service of its own, or ask for devices {"${name}": ${models.length}}`;
      return [{ field: 'models', message }];
    }
    const engines = enginesOf(config, models);
    if (engines <= count) return [];
    const message = `makes ${engines} engines, but ${rule}: leave it out, or ask for devices {"${name}": ${engines}}`;
    return [{ field: 'config.instances', message }];
  });
}

/** Each engine is the model once more. */
function enginesOf(
  { instances, modelSettings }: RevisionPlan['config'],
  models: RevisionPlan['models'],
): number {
  const each = models.map(({ name }) => modelSettings[name]?.instances ?? instances ?? 1);
  return each.reduce((sum, count) => sum + count, 0);
}
