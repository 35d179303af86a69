import type { Address } from './http-connection.ts';

export interface PostRequest {
  readonly path: string;
  readonly key: string;
  readonly json: string;
}

/** A whole request as it goes over the wire, made once so that sending it costs nothing but the write. */
export function postBytes({ host, port }: Address, { path, key, json }: PostRequest): Buffer {
  const body = Buffer.from(json);
  const head = [
    `POST ${path} HTTP/1.1`,
    `host: ${host}:${port}`,
    `authorization: Bearer ${key}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    '',
    '',
  ];
  return Buffer.concat([Buffer.from(head.join('\r\n')), body]);
}
