import type { EngineSession } from '../engines/engine.ts';
import { openDetectionOutputs } from './detection-outputs.ts';

/** A session of a detector that answers as callers see it; `names` are those of the classes. */
export function finishingSession(
  session: EngineSession,
  names: readonly string[] | undefined,
): EngineSession {
  const { signature, asked, finish } = openDetectionOutputs(session.signature, names);
  return {
    ...session,
    signature,
    run: (inputs, wanted) => finish(session.run(inputs, asked), wanted),
  };
}
