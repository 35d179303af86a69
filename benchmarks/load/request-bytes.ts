import type { Address } from './http-connection.ts';

export interface PostRequest {
  readonly path: string;
  readonly key: string;
  readonly json: string;
}

/** A request with any body. */
export interface PostBody extends Omit<PostRequest, 'json'> {
  readonly body: Uint8Array;
  /** Content-Type and what else says how the body is read. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A whole request as it goes over the wire, made once so that sending it costs nothing but the write. */
export function postBytes(address: Address, { json, ...request }: PostRequest): Buffer {
  const headers = { 'content-type': 'application/json' };
  return postBodyBytes(address, { ...request, headers, body: Buffer.from(json) });
}

/** The same for any body. */
export function postBodyBytes({ host, port }: Address, { path, key, headers, body }: PostBody): Buffer {
  const head = [
    `POST ${path} HTTP/1.1`,
    `host: ${host}:${port}`,
    `authorization: Bearer ${key}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${body.length}`,
    '',
    '',
  ];
  return Buffer.concat([Buffer.from(head.join('\r\n')), body]);
}
