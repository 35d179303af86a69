import { exampleOf } from './schema-example.ts';

/** The gateway and a replica answer in milliseconds. */
const ANSWER_TIMEOUT_MS = 5_000;

/** The parts of an OpenAPI document, version 2 or 3, that say what `/score` takes. */
interface ServiceDescription {
  readonly paths?: Readonly<Record<string, { readonly post?: PostDescription }>>;
}

interface PostDescription {
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: object }>> };
  readonly parameters?: readonly { readonly in?: string; readonly schema?: object }[];
}

/**
 * A body that a service takes, made from its own description; `undefined` if that cannot be had, because a deployment
 * has not failed when only the example call is missing.
 */
export async function exampleBody(swaggerUri: string, credential: string | undefined): Promise<unknown> {
  try {
    const answer = await fetch(swaggerUri, {
      headers: credential === undefined ? {} : { authorization: `Bearer ${credential}` },
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    if (!answer.ok) return undefined;
    const document = (await answer.json()) as ServiceDescription;
    const schema = scoreSchema(document);
    return schema === undefined ? undefined : exampleOf(schema, document);
  } catch {
    return undefined;
  }
}

function scoreSchema({ paths = {} }: ServiceDescription): object | undefined {
  const [, score] = Object.entries(paths).find(([path]) => path.endsWith('/score')) ?? [];
  const content = score?.post?.requestBody?.content?.['application/json'];
  return content?.schema ?? score?.post?.parameters?.find((parameter) => parameter.in === 'body')?.schema;
}
