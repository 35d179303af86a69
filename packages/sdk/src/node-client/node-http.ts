import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import {
  AnswerTooLarge,
  type HttpAnswer,
  type HttpCall,
  type HttpTransport,
  joined,
} from '../prediction/http-send.ts';

/** How a client knows the service, and shows who it is. PEM texts. */
export interface TlsOptions {
  /** Certificates of the authorities that are trusted, instead of those that Node trusts. */
  readonly ca?: string | readonly string[] | undefined;
  /** The client's own certificate and key. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** Sends with Node's own client, which keeps connections and takes certificates. */
export function createNodeTransport(tls: TlsOptions | undefined): HttpTransport {
  const http = new HttpAgent({ keepAlive: true });
  const https = new HttpsAgent({ keepAlive: true, ...secureContext(tls) });

  return {
    send: (call, signal, maxAnswerBytes) =>
      new Promise<HttpAnswer>((resolve, reject) => {
        const { method, headers, url, body } = call;
        const isSecure = url.startsWith('https:');
        const options = {
          method,
          headers: withLength(headers, body),
          signal,
          agent: isSecure ? https : http,
        };
        const receive = (message: IncomingMessage): void => {
          readAnswer(message, maxAnswerBytes).then(resolve, reject);
        };
        const request = isSecure ? httpsRequest(url, options, receive) : httpRequest(url, options, receive);
        request.once('error', reject);
        request.end(body);
      }),
    close() {
      http.destroy();
      https.destroy();
    },
  };
}

/** Certificates in the form that Node's TLS takes. */
export function secureContext(tls: TlsOptions | undefined) {
  const { ca, cert, key } = tls ?? {};
  return {
    ...(ca !== undefined && { ca: typeof ca === 'string' ? ca : [...ca] }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}

function withLength(headers: HttpCall['headers'], body: HttpCall['body']): Record<string, string | number> {
  return body === undefined ? { ...headers } : { ...headers, 'content-length': Buffer.byteLength(body) };
}

async function readAnswer(message: IncomingMessage, maxBytes: number): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop destroys the connection.
    if (size > maxBytes) throw new AnswerTooLarge();
    chunks.push(chunk);
  }
  return {
    status: message.statusCode ?? 0,
    headers: Object.fromEntries(
      Object.entries(message.headers).map(([name, value]) => [name, String(value)]),
    ),
    body: joined(chunks, size),
  };
}
