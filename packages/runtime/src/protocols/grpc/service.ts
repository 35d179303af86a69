import type { EnumSchema, MessageSchema } from '../../protobuf/schema.ts';

/** A method: its messages, and whether they come as streams. */
export interface MethodSchema {
  readonly name: string;
  readonly request: MessageSchema;
  readonly response: MessageSchema;
  readonly clientStreaming?: boolean;
  readonly serverStreaming?: boolean;
}

/** A service under its full name. Its methods are called at `/<service>/<method>`. */
export interface ServiceSchema {
  readonly name: string;
  readonly methods: readonly MethodSchema[];
}

/** What would stand in a .proto file: all messages and enumerations of a package, also those inside others. */
export interface FileSchema {
  readonly name: string;
  readonly package: string;
  readonly dependencies: readonly FileSchema[];
  readonly messages: readonly MessageSchema[];
  readonly enums: readonly EnumSchema[];
  readonly services: readonly ServiceSchema[];
}
