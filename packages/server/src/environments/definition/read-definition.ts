import { isAbsolute } from 'node:path';
import type { EnvironmentDefinition } from '@slipway/contract/api';
import type { FieldProblem } from '../../resources/field-problems.ts';
import { refuseProblems } from '../../resources/field-problems.ts';
import { readCondaSpecification } from './conda-specification.ts';
import { readPackageJson } from './package-json.ts';
import type { ParsedDefinition, PipPackages, Reading } from './parsed-definition.ts';
import { linesOfRequirements, readRequirements } from './pip-requirements.ts';
import { parsePythonWish } from './python-wish.ts';

/** A definition that can be built, and what is to be told of it. */
export interface ReadDefinition {
  readonly parsed: ParsedDefinition;
  readonly warnings: readonly string[];
}

/** What a definition asks for. Throws `invalid_argument` with everything that is wrong with it. */
export function readDefinition(definition: EnvironmentDefinition): ReadDefinition {
  const { parsed, problems, warnings } = read(definition);
  refuseProblems(problems);
  return { parsed, warnings };
}

function read(definition: EnvironmentDefinition): Reading {
  switch (definition.kind) {
    case 'conda':
      return readCondaSpecification(definition.specification);
    case 'pip':
      return readPip(definition.requirements, definition.python);
    case 'npm':
      return readPackageJson(definition);
    case 'interpreter':
      return readInterpreter(definition.path);
  }
}

function readPip(text: string, said: string | undefined): Reading<PipPackages> {
  const requirements = readRequirements(linesOfRequirements(text), (index) => `requirements[${index}]`);
  const python = said === undefined ? undefined : parsePythonWish(said);
  const problems: FieldProblem[] = [...requirements.problems];
  if (said !== undefined && python === undefined) {
    problems.push({
      field: 'python',
      message: `"${said}" is no version of Python, such as "3.11" or ">=3.9,<3.12"`,
    });
  }
  return {
    parsed: { kind: 'pip', python: python ?? null, requirements: requirements.lines, variables: {} },
    problems,
    warnings: requirements.warnings,
  };
}

function readInterpreter(path: string): Reading {
  const problems = isAbsolute(path)
    ? []
    : [{ field: 'path', message: `must be the absolute path of a Python, and "${path}" is not` }];
  return { parsed: { kind: 'interpreter', path }, problems, warnings: [] };
}
