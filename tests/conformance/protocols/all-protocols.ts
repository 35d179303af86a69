import { azure } from './azure.ts';
import { oipGrpc, oipGrpcTyped } from './oip-grpc.ts';
import { oipBinary, oipJson } from './oip-rest.ts';
import type { Protocol } from './protocol.ts';
import { tfservingContent, tfservingTyped } from './tfserving-grpc.ts';
import { tfservingColumns, tfservingRows } from './tfserving-rest.ts';

/** Every way to ask. */
export const ALL_PROTOCOLS: readonly Protocol[] = [
  azure,
  tfservingColumns,
  tfservingRows,
  tfservingTyped,
  tfservingContent,
  oipJson,
  oipBinary,
  oipGrpc,
  oipGrpcTyped,
];
