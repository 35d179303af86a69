import { parseModelReference } from '@slipway/contract';
import type { ModelSelection, VersionPolicy } from '@slipway/contract/api';

/** A model whose versions a service serves by a policy. */
export interface ModelVersions {
  /** The model, as in a list without policies; which version it names does not matter. */
  readonly model: { readonly id: string } | string;
  /** The newest alone if left out. */
  readonly versionPolicy?: VersionPolicy | undefined;
  /** Labels such as `canary`, and the versions that they point at; these are served whatever the policy says. */
  readonly labels?: Readonly<Record<string, number>> | undefined;
}

/** The versions of the model with this id, as a request names them. */
export function selectionOf(
  id: string,
  { versionPolicy, labels }: Pick<ModelVersions, 'versionPolicy' | 'labels'>,
): ModelSelection {
  return {
    name: parseModelReference(id).name,
    ...(versionPolicy !== undefined && { versionPolicy }),
    ...(labels !== undefined && { labels: { ...labels } }),
  };
}
