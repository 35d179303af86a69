import { readFields } from '../../../../protobuf/decode.ts';
import {
  nextField,
  readMessage,
  readString,
  skipField,
  type WireReader,
} from '../../../../protobuf/reader.ts';
import type { MessageOf } from '../../../../protobuf/schema.ts';
import type { ParameterValue } from '../../parameters.ts';
import { INFER_PARAMETER } from './infer-messages.ts';

/** Reads the parameter in the present field, an entry of a map. One without a value stays without. */
export function readParameter(reader: WireReader, into: Map<string, ParameterValue | undefined>): void {
  readMessage(reader, 'parameters', () => {
    let name = '';
    let value: ParameterValue | undefined;
    while (nextField(reader)) {
      if (reader.field === 1) name = readString(reader, 'key');
      else if (reader.field === 2) value = readMessage(reader, 'value', readValue);
      else skipField(reader);
    }
    into.set(name, value);
  });
}

function readValue(reader: WireReader): ParameterValue | undefined {
  return chosen(readFields(reader, INFER_PARAMETER));
}

function chosen(parameter: MessageOf<typeof INFER_PARAMETER>): ParameterValue | undefined {
  const { boolParam, int64Param, stringParam, doubleParam, uint64Param } = parameter;
  return boolParam ?? int64Param ?? stringParam ?? doubleParam ?? uint64Param;
}
