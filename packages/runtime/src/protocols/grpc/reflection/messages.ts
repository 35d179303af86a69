import { bytes, int32, member, message, nested, repeated, string } from '../../../protobuf/schema.ts';

/** The versions of the reflection service, which differ in the names of their messages alone. */
export type ReflectionVersion = 'v1' | 'v1alpha';

/** The messages of `grpc.reflection`. https://grpc.io/docs/guides/reflection/ */
export const REFLECTION = { v1: reflectionMessages('v1'), v1alpha: reflectionMessages('v1alpha') } as const;

function reflectionMessages(version: ReflectionVersion) {
  const inPackage = (name: string) => `grpc.reflection.${version}.${name}`;
  const ExtensionRequest = message(inPackage('ExtensionRequest'), {
    containingType: string(1),
    extensionNumber: int32(2),
  });
  const Request = message(inPackage('ServerReflectionRequest'), {
    host: string(1),
    fileByFilename: member('message_request', string(3)),
    fileContainingSymbol: member('message_request', string(4)),
    fileContainingExtension: member('message_request', nested(5, ExtensionRequest)),
    allExtensionNumbersOfType: member('message_request', string(6)),
    listServices: member('message_request', string(7)),
  });
  const FileDescriptorResponse = message(inPackage('FileDescriptorResponse'), {
    fileDescriptorProto: repeated(bytes(1)),
  });
  const ExtensionNumberResponse = message(inPackage('ExtensionNumberResponse'), {
    baseTypeName: string(1),
    extensionNumber: repeated(int32(2)),
  });
  const ServiceResponse = message(inPackage('ServiceResponse'), { name: string(1) });
  const ListServiceResponse = message(inPackage('ListServiceResponse'), {
    service: repeated(nested(1, ServiceResponse)),
  });
  const ErrorResponse = message(inPackage('ErrorResponse'), {
    errorCode: int32(1),
    errorMessage: string(2),
  });
  const Response = message(inPackage('ServerReflectionResponse'), {
    validHost: string(1),
    originalRequest: nested(2, Request),
    fileDescriptorResponse: member('message_response', nested(4, FileDescriptorResponse)),
    allExtensionNumbersResponse: member('message_response', nested(5, ExtensionNumberResponse)),
    listServicesResponse: member('message_response', nested(6, ListServiceResponse)),
    errorResponse: member('message_response', nested(7, ErrorResponse)),
  });
  const others = [
    ExtensionRequest,
    FileDescriptorResponse,
    ExtensionNumberResponse,
    ListServiceResponse,
    ServiceResponse,
    ErrorResponse,
  ];
  return { Request, Response, others } as const;
}
