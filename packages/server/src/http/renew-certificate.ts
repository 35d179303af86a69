import { Server as TlsServer } from 'node:tls';
import { type CertificateFiles, type CertificatePair, watchCertificate } from '@slipway/transport';
import type { Logger } from 'pino';
import type { App } from './app.ts';

/** Gives new connections the certificate that the files hold by then; one that cannot be used is logged. */
export function renewCertificate(
  app: App,
  files: CertificateFiles,
  current: CertificatePair,
  logger: Logger,
): { close(): void } {
  return watchCertificate(files, current, {
    changed: (pair) => {
      const { server } = app;
      if (server instanceof TlsServer) server.setSecureContext(pair);
      logger.info({ certFile: files.certFile }, 'the certificate was renewed');
    },
    failed: (err) => logger.error({ err }, 'the certificate was not renewed'),
  });
}
