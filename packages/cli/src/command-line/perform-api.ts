import type { ControlPlane, Workspace } from '@slipway/sdk';
import { findControlPlane, findWorkspace } from './connect.ts';
import type { ApiOptions } from './define.ts';
import { type LocalContext, perform } from './perform.ts';

/** Runs a command's work with the workspace that it is about. */
export async function performInWorkspace(
  options: ApiOptions,
  work: (context: LocalContext & { readonly workspace: Workspace }) => Promise<void>,
): Promise<void> {
  await perform(options, async (context) => work({ ...context, workspace: await findWorkspace(options) }));
}

/** Runs a command's work with the control plane that it is about. */
export async function performOnControlPlane(
  options: ApiOptions,
  work: (context: LocalContext & { readonly controlPlane: ControlPlane }) => Promise<void>,
): Promise<void> {
  await perform(options, async (context) =>
    work({ ...context, controlPlane: await findControlPlane(options) }),
  );
}
