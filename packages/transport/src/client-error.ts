/** What a caller is told whose bytes are not a request, or came too late. */
export interface ClientErrorAnswer {
  readonly status: number;
  readonly reason: string;
  readonly message: string;
}

/** The answer for an error code of Node's HTTP/1.1 parser. */
export function answerForClientError(code: string | undefined): ClientErrorAnswer {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return {
        status: 431,
        reason: 'Request Header Fields Too Large',
        message: 'The headers are too large.',
      };
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { status: 413, reason: 'Payload Too Large', message: 'The chunk extensions are too large.' };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, reason: 'Request Timeout', message: 'The request did not arrive in time.' };
    default:
      return { status: 400, reason: 'Bad Request', message: 'The request is not valid HTTP.' };
  }
}

/** The answer as the bytes of an HTTP/1.1 response that ends the connection. */
export function clientErrorBytes(answer: ClientErrorAnswer): string {
  const body = JSON.stringify({ message: answer.message });
  return [
    `HTTP/1.1 ${answer.status} ${answer.reason}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
