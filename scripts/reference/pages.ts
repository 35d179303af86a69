import { azureConfigurationReference } from './azure-configuration.ts';
import { cliReference } from './cli.ts';
import { configurationReference } from './configuration.ts';
import { errorsReference } from './errors.ts';

/** A page of docs/reference that is made from the code. */
export interface Page {
  /** Path below the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** Every page that is made from the code, as it should be. */
export async function referencePages(): Promise<readonly Page[]> {
  return [
    { path: 'docs/reference/azure-configuration.md', text: azureConfigurationReference() },
    { path: 'docs/reference/cli.md', text: await cliReference() },
    { path: 'docs/reference/configuration.md', text: configurationReference() },
    { path: 'docs/reference/errors.md', text: errorsReference() },
  ];
}
