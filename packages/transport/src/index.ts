export {
  type AdminListener,
  type AdminListenerOptions,
  type AdminRoute,
  createAdminListener,
} from './admin-listener.ts';
export { bearerToken, isSameSecret } from './bearer.ts';
export {
  type CertificateFiles,
  type CertificatePair,
  readCertificate,
  watchCertificate,
} from './certificate.ts';
export { type ClientOptions, createHttpClient, type HttpClient } from './client/client.ts';
export type {
  AnswerReader,
  ClientRequest,
  Exchange,
  FailureStage,
  OutgoingBody,
} from './client/exchange.ts';
export { type CrossOrigin, crossOrigin, withHeaders } from './cross-origin.ts';
export { type FoundGpu, type FoundGpus, findGpus } from './devices/find-gpus.ts';
export type { CallHandler } from './grpc-call.ts';
export type { BodyReader, HttpHandler, HttpRequest, HttpResponse, IncomingBody } from './http-message.ts';
export { whenWritten } from './http1/write-together.ts';
export { isUnread } from './http2/is-unread.ts';
export { readJsonFile, TEMPORARY_NAME, writeJsonFile } from './json-file.ts';
export { DEFAULT_TRANSPORT_LIMITS, type TransportLimits } from './limits.ts';
export { createListener, type Listener, type ListenerOptions } from './listener.ts';
export { type BodyResult, bodyTooLarge, readBody } from './read-body.ts';
export { type RequestIds, resolveRequestIds } from './request-ids.ts';
