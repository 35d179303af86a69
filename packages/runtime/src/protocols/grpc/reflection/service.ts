import { SlipwayError } from '@slipway/contract';
import { decodeMessage } from '../../../protobuf/decode.ts';
import { encodeMessage } from '../../../protobuf/encode.ts';
import type { EncodedMessage } from '../../../protobuf/writer.ts';
import { statusOf } from '../errors.ts';
import { type GrpcService, streaming } from '../method.ts';
import type { FileSchema } from '../service.ts';
import { answerReflection, indexFiles } from './answer.ts';
import { REFLECTION_FILES } from './files.ts';
import { REFLECTION, type ReflectionVersion } from './messages.ts';

/** `grpc.reflection` in both versions, over these files and its own. */
export function createReflectionServices(files: readonly FileSchema[]): readonly GrpcService[] {
  const index = indexFiles([...files, ...REFLECTION_FILES]);
  return [serviceOf('v1'), serviceOf('v1alpha')];

  function serviceOf(version: ReflectionVersion): GrpcService {
    const { Request, Response } = REFLECTION[version];

    async function* inform(messages: AsyncIterable<Uint8Array>): AsyncGenerator<EncodedMessage> {
      for await (const message of messages) {
        const request = decodeMessage(Request, message);
        if (request instanceof SlipwayError) throw request;
        yield encodeMessage(Response, answerReflection(index, request));
      }
    }

    return {
      name: `grpc.reflection.${version}.ServerReflection`,
      needsAuthorization: false,
      methods: { ServerReflectionInfo: streaming(inform) },
      statusOf,
    };
  }
}
