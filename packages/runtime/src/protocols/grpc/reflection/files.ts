import type { FileSchema } from '../service.ts';
import { REFLECTION, type ReflectionVersion } from './messages.ts';

/** The reflection service in both of its versions: clients ask for the one they know. */
export const REFLECTION_FILES: readonly FileSchema[] = [reflectionFile('v1'), reflectionFile('v1alpha')];

function reflectionFile(version: ReflectionVersion): FileSchema {
  const { Request, Response, others } = REFLECTION[version];
  return {
    name: `grpc/reflection/${version}/reflection.proto`,
    package: `grpc.reflection.${version}`,
    dependencies: [],
    messages: [Request, ...others, Response],
    enums: [],
    services: [
      {
        name: `grpc.reflection.${version}.ServerReflection`,
        methods: [
          {
            name: 'ServerReflectionInfo',
            request: Request,
            response: Response,
            clientStreaming: true,
            serverStreaming: true,
          },
        ],
      },
    ],
  };
}
