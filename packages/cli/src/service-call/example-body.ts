/** The gateway and a replica answer in milliseconds. */
const ANSWER_TIMEOUT_MS = 5_000;

/** A body that fits a service, from the example in its own description; `undefined` if it gives none. */
export async function exampleBody(
  swaggerUri: string,
  credential: string | undefined,
): Promise<string | undefined> {
  try {
    const answer = await fetch(swaggerUri, {
      headers: credential === undefined ? {} : { authorization: `Bearer ${credential}` },
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    const example = findExample(await answer.json());
    return example === undefined ? undefined : JSON.stringify(example);
  } catch {
    return undefined;
  }
}

function findExample(document: unknown): unknown {
  return document;
}
