import { type FSWatcher, watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createSecureContext } from 'node:tls';
import { SlipwayError, toSlipwayError } from '@slipway/contract';

/** Who renews a certificate writes two files; this long after the last sign of it they are read. */
const SETTLE_MS = 200;

/** File systems that tell of no changes (network mounts) are looked at this often. */
const POLL_INTERVAL_MS = 60_000;

/** Where a certificate chain and its private key are, both PEM. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Certificate chain and private key, both PEM. */
export interface CertificatePair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Reads and checks the pair. Throws `invalid_argument` naming the files if they cannot be read or do not fit. */
export async function readCertificate(files: CertificateFiles): Promise<CertificatePair> {
  try {
    const [cert, key] = await Promise.all([readFile(files.certFile), readFile(files.keyFile)]);
    createSecureContext({ cert, key });
    return { cert, key };
  } catch (error) {
    throw new SlipwayError(
      'invalid_argument',
      `The TLS certificate ${files.certFile} with the key ${files.keyFile} cannot be used: ${reasonOf(error)}.`,
      { details: { ...files }, cause: error },
    );
  }
}

/**
 * Calls `changed` with every new pair that the files come to hold, and `failed` when they change to something that
 * cannot be used. Their folders are watched and not the files, because renewed files are renamed or, in a mounted
 * Kubernetes secret, swapped by a symbolic link beside them.
 */
export function watchCertificate(
  files: CertificateFiles,
  current: CertificatePair,
  tell: {
    readonly changed: (pair: CertificatePair) => void;
    readonly failed: (error: SlipwayError) => void;
  },
): { close(): void } {
  let used = current;
  let closed = false;
  let settle: NodeJS.Timeout | undefined;
  const poll = setInterval(reload, POLL_INTERVAL_MS).unref();
  const folders = new Set([dirname(files.certFile), dirname(files.keyFile)]);
  const watchers = Array.from(folders, (folder) => watchFolder(folder, soon, tell.failed));

  function soon(): void {
    clearTimeout(settle);
    settle = setTimeout(reload, SETTLE_MS).unref();
  }

  async function reload(): Promise<void> {
    try {
      const pair = await readCertificate(files);
      if (closed || (pair.cert.equals(used.cert) && pair.key.equals(used.key))) return;
      used = pair;
      tell.changed(pair);
    } catch (error) {
      if (!closed) tell.failed(toSlipwayError(error));
    }
  }

  return {
    close: () => {
      closed = true;
      clearTimeout(settle);
      clearInterval(poll);
      for (const watcher of watchers) watcher?.close();
    },
  };
}

function watchFolder(
  folder: string,
  changed: () => void,
  failed: (error: SlipwayError) => void,
): FSWatcher | undefined {
  try {
    return watch(folder, { persistent: false }, changed).on('error', (error) =>
      failed(toSlipwayError(error)),
    );
  } catch (error) {
    // Without a watch (too many of them on this machine) the poll still finds the new certificate.
    failed(toSlipwayError(error));
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
