import type { VersionChoice } from '@slipway/contract';
import {
  nextField,
  readInt64,
  readMessage,
  readString,
  skipField,
  type WireReader,
} from '../../../../protobuf/reader.ts';
import type { MessageInit } from '../../../../protobuf/schema.ts';
import type { MODEL_SPEC } from './serving-messages.ts';

/** The model that a request names; an empty name is none. */
export interface ModelSpec {
  readonly name: string;
  readonly version: VersionChoice;
  readonly signatureName: string;
}

/** The model that answered, under the name that the request has for it. */
export interface EffectiveSpec {
  readonly name: string;
  readonly version: number;
  readonly signatureName: string;
}

/** Reads a `ModelSpec` from inside it. Of a version and a label, which exclude each other, the last one counts. */
export function readModelSpec(reader: WireReader): ModelSpec {
  let name = '';
  let signatureName = '';
  let version: VersionChoice = { by: 'latest' };
  while (nextField(reader)) {
    if (reader.field === 1) name = readString(reader, 'name');
    else if (reader.field === 2) version = readMessage(reader, 'version', readVersion);
    else if (reader.field === 3) signatureName = readString(reader, 'signature_name');
    else if (reader.field === 4) version = { by: 'label', label: readString(reader, 'version_label') };
    else skipField(reader);
  }
  return { name, version, signatureName };
}

function readVersion(reader: WireReader): VersionChoice {
  let version = 0n;
  while (nextField(reader)) {
    if (reader.field === 1) version = readInt64(reader, 'value');
    else skipField(reader);
  }
  return { by: 'number', version };
}

/** The message for a model that answered. */
export function specMessage({ name, version, signatureName }: EffectiveSpec): MessageInit<typeof MODEL_SPEC> {
  return { name, version: { value: BigInt(version) }, signatureName };
}
