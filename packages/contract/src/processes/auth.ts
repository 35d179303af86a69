/**
 * Who may call a service, in a file that its replicas watch. Only digests of keys and public halves of signing
 * keys stand in it, so that the file gives nobody access.
 */
export type ServiceAuth =
  | { readonly kind: 'ServiceAuth'; readonly generation: number; readonly mode: 'none' }
  | {
      readonly kind: 'ServiceAuth';
      readonly generation: number;
      readonly mode: 'key';
      readonly keys: readonly KeyDigest[];
    }
  | {
      readonly kind: 'ServiceAuth';
      readonly generation: number;
      readonly mode: 'token';
      readonly issuer: string;
      /** The service's own id, so that a token ends with the service it was made for. */
      readonly audience: string;
      /** Public keys (Ed25519) as JSON Web Keys, newest first. */
      readonly publicKeys: readonly Readonly<Record<string, unknown>>[];
    };

/** SHA-256 over the salt's bytes followed by the key's UTF-8 bytes; both in base64. */
export interface KeyDigest {
  readonly salt: string;
  readonly digest: string;
}
