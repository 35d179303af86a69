import { OIP } from './oip/family.ts';
import type { ProtocolFamily } from './protocol.ts';
import { TFSERVING } from './tfserving/family.ts';

/** The protocols that have paths of their own; all other paths are Azure's. Another protocol is a line here. */
export const FAMILIES: readonly ProtocolFamily[] = [TFSERVING, OIP];
