import { type ConnectOptions, type ControlPlane, connectControlPlane, Workspace } from '@slipway/sdk';
import type { ApiOptions } from './define.ts';

/** Where a configuration file is looked for, upwards. */
const HERE = '.';

/**
 * The workspace that the options name, else the environment, else a configuration file. Who says `--home` means that
 * installation, so no configuration file leads elsewhere.
 */
export async function findWorkspace(options: ApiOptions): Promise<Workspace> {
  return options.home === undefined
    ? await Workspace.find({ ...place(options), path: HERE })
    : await Workspace.connect(place(options));
}

/** The control plane, found in the same way. */
export async function findControlPlane(options: ApiOptions): Promise<ControlPlane> {
  return await connectControlPlane({
    ...place(options),
    path: options.home === undefined ? HERE : undefined,
  });
}

function place({ home, url, workspace }: ApiOptions): ConnectOptions {
  return { home, url, workspace };
}
