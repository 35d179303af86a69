import type { Engine, EngineSession, LoadOptions, ModelFacts } from '../engines/engine.ts';

/**
 * Loads a model on the calling thread, whose runs also make detections of its raw outputs where `facts` say so: that takes
 * milliseconds, which belong to the thread that runs the model and to what warm-up measures. Rejects as `Engine.load` throws,
 * with `invalid_model` also for outputs that are not the detector's.
 */
export async function loadSession(
  engine: Engine,
  facts: ModelFacts,
  options: LoadOptions,
): Promise<EngineSession> {
  const session = engine.load(facts, options);
  if (facts.detector === undefined) return session;
  try {
    // Most models are no detectors, and start without what they need.
    const { detectingSession } = await import('./detecting-session.ts');
    return detectingSession(session, facts.detector);
  } catch (thrown) {
    session.close();
    throw thrown;
  }
}
