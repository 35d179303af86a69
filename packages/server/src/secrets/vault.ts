import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { SlipwayError } from '@slipway/contract';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = 'v1';

/** Encrypts what is kept on disk. */
export interface Vault {
  /** The text encrypted, such that it opens only in the same context: the id of the thing it belongs to. */
  seal(text: string, context: string): string;
  /** Throws `corrupt` if it was sealed with another master key or in another context, or was changed. */
  open(sealed: string, context: string): string;
}

/** A vault with AES-256-GCM under a master key of 32 bytes; the context is its additional data. */
export function createVault(masterKey: Uint8Array): Vault {
  return {
    seal(text, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, masterKey, nonce).setAAD(Buffer.from(context));
      const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${FORMAT}.${nonce.toString('base64url')}.${encrypted.toString('base64url')}`;
    },
    open(sealed, context) {
      try {
        return decrypt(masterKey, sealed, context);
      } catch (cause) {
        throw new SlipwayError(
          'corrupt',
          `A secret of ${context} cannot be decrypted: it was encrypted with another master key, or it was damaged. Restore the master.key file or SLIPWAY_MASTER_KEY that belongs to this installation.`,
          { details: { context }, cause },
        );
      }
    },
  };
}

function decrypt(masterKey: Uint8Array, sealed: string, context: string): string {
  const [format, nonce = '', body = ''] = sealed.split('.');
  if (format !== FORMAT) throw new RangeError(`The sealed text has the unknown format "${format}".`);
  const bytes = Buffer.from(body, 'base64url');
  const decipher = createDecipheriv(ALGORITHM, masterKey, Buffer.from(nonce, 'base64url'), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-TAG_BYTES));
  return decipher.update(bytes.subarray(0, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
}
