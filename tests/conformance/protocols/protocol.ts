import type { Signature } from '@slipway/contract';
import type { WireTensor } from '../suite/elements.ts';
import type { CaseRequest } from '../suite/table.ts';

/** Where a service is asked: at its replica, or at the gateway by the service's name or by the model's alone. */
export interface Door {
  readonly name: 'replica' | 'gateway' | "gateway's root";
  readonly origin: string;
  /** Stands before every path. */
  readonly prefix: string;
  /** True if the address names the service. */
  readonly isService: boolean;
  /** Goes with every gRPC call. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A request, with all that a client knows of the service beforehand. */
export interface Call {
  readonly door: Door;
  readonly request: CaseRequest;
  /** The name under which the model is asked for. */
  readonly model: string;
  /** What the model says of itself; JSON does not tell datatypes. */
  readonly signature: Signature;
  /** Absent: the caller shows none. */
  readonly key: string | undefined;
}

/** What came back: outputs, or an error as the protocol tells it. */
export type Answer =
  | { readonly outputs: readonly WireTensor[]; readonly version?: number | undefined }
  | { readonly status: number | string; readonly text: string };

/** A way to ask. Its name begins with those of its family, and tables may name any of them. */
export interface Protocol {
  readonly name: string;
  /** True if its requests name no model, so that they say nothing where the address does not name the service. */
  readonly needsService?: boolean;
  /** Throws `Inexpressible` for what the protocol has no way to say. */
  call(call: Call): Promise<Answer>;
}

/** For protocols that have no words for the best classes of an output. */
export function refuseClasses({ request: { classes } }: Call): void {
  if (classes !== undefined) throw new Inexpressible('The protocol answers with outputs as they are.');
}

/** Says that a protocol has no words for a request; the table must know it. */
export class Inexpressible extends Error {}
