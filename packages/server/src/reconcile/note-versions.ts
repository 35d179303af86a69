import { type ModelVersionState, modelId } from '@slipway/contract';
import type { EventNote } from '../resources/services/add-events.ts';
import type { ObservedReplica } from '../targets/target.ts';
import type { ServiceNotes } from './replica-notes.ts';

/** Takes into the notes which versions a replica could not load, and tells what has become of its versions. */
export function noteVersions(
  notes: ServiceNotes,
  before: ObservedReplica | null,
  { id, revision, state }: ObservedReplica,
): readonly EventNote[] {
  if (state === null) return [];
  const known = before?.state?.versions ?? [];
  // What it begins with becomes ready with the replica itself.
  const wasReady = before?.state?.phase === 'ready';
  const about = { revision, replica: id };
  return state.versions.flatMap((version): readonly EventNote[] => {
    const earlier = known.find((one) => one.name === version.name && one.version === version.version);
    if (version.error !== null) notes.unusable.add(modelId(version.name, version.version));
    if (version.error !== null && earlier?.error == null) {
      return [{ type: 'Warning', reason: 'VersionFailed', message: failure(version, id), ...about }];
    }
    if (!wasReady || version.phase !== 'AVAILABLE' || earlier?.phase === 'AVAILABLE') return [];
    const message = `Version ${version.version} of the model ${version.name} is ready in replica ${id}.`;
    return [{ type: 'Normal', reason: 'VersionReady', message, ...about }];
  });
}

function failure({ name, version, error }: ModelVersionState, replica: string): string {
  return `Version ${version} of the model ${name} could not be loaded in replica ${replica}, and what it served before it serves on: ${error?.message}`;
}
