export {
  type AdminListener,
  type AdminListenerOptions,
  type AdminRoute,
  createAdminListener,
} from './admin-listener.ts';
export { answerAndClose } from './answer-and-close.ts';
export { bearerToken, isSameSecret } from './bearer.ts';
export {
  type CertificateFiles,
  type CertificatePair,
  readCertificate,
  watchCertificate,
} from './certificate.ts';
export type { HttpHandler, HttpRequest, HttpResponse } from './http-message.ts';
export { readJsonFile, TEMPORARY_NAME, writeJsonFile } from './json-file.ts';
export { DEFAULT_TRANSPORT_LIMITS, type TransportLimits } from './limits.ts';
export { createListener, type Listener, type ListenerOptions } from './listener.ts';
export { type BodyResult, bodyTooLarge, declaredLength, readBody, sendContinue } from './read-body.ts';
export { type RequestIds, resolveRequestIds } from './request-ids.ts';
export { sendWhole } from './send-whole.ts';
