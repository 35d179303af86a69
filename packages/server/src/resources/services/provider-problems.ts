import type { DeploymentConfig } from '@slipway/contract/api';
import type { FieldProblem } from '../field-problems.ts';

/** What is wrong with the execution providers as far as that can be told without their libraries. */
export function providerProblems({
  executionProviders,
  cpuFallback,
}: DeploymentConfig): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const behindCpu = executionProviders.slice(executionProviders.indexOf('cpu') + 1);
  if (executionProviders.includes('cpu') && behindCpu.length > 0) {
    problems.push({
      field: 'config.executionProviders',
      message: `must have "cpu" last, because it takes every node: ${behindCpu.join(', ')} would get none`,
    });
  }
  if (!cpuFallback && executionProviders.includes('cpu')) {
    problems.push({
      field: 'config.cpuFallback',
      message: 'must be true while config.executionProviders has "cpu"',
    });
  }
  return problems;
}
