import type { MessageInit, MessageOf } from '../../../protobuf/schema.ts';
import type { FileSchema } from '../service.ts';
import { GRPC_STATUS } from '../status.ts';
import { describeFile } from './describe-file.ts';
import type { REFLECTION } from './messages.ts';

/** What a client asks, and what it gets: the same in both versions of the service. */
export type ReflectionRequest = MessageOf<(typeof REFLECTION)['v1']['Request']>;
export type ReflectionResponse = MessageInit<(typeof REFLECTION)['v1']['Response']>;

/** What is known of the services of a server. */
export interface ReflectionIndex {
  readonly services: readonly string[];
  readonly messages: ReadonlySet<string>;
  /** For each file its own descriptor and those of all that it depends on, by the file's name and by each name in it. */
  readonly byFile: ReadonlyMap<string, readonly Uint8Array[]>;
  readonly bySymbol: ReadonlyMap<string, readonly Uint8Array[]>;
}

/** Describes the files, and all that they depend on, once for all requests. */
export function indexFiles(files: readonly FileSchema[]): ReflectionIndex {
  const all = withDependencies(files);
  const descriptors = new Map(all.map((file) => [file, describeFile(file)]));
  const byFile = new Map<string, readonly Uint8Array[]>();
  const bySymbol = new Map<string, readonly Uint8Array[]>();
  for (const file of all) {
    const sent = withDependencies([file]).flatMap((needed) => descriptors.get(needed) ?? []);
    byFile.set(file.name, sent);
    for (const symbol of symbolsIn(file)) bySymbol.set(symbol, sent);
  }
  return {
    services: all.flatMap(({ services }) => services.map(({ name }) => name)),
    messages: new Set(all.flatMap(({ messages }) => messages.map(({ name }) => name))),
    byFile,
    bySymbol,
  };
}

function withDependencies(files: readonly FileSchema[]): readonly FileSchema[] {
  const all = new Set(files);
  for (const file of all) for (const dependency of file.dependencies) all.add(dependency);
  return [...all];
}

function symbolsIn({ messages, enums, services }: FileSchema): readonly string[] {
  const methods = services.flatMap(({ name, methods }) => methods.map((method) => `${name}.${method.name}`));
  return [...[...messages, ...enums, ...services].map(({ name }) => name), ...methods];
}

/** Answers one request of the stream. That something is not found is part of the answer. */
export function answerReflection(index: ReflectionIndex, request: ReflectionRequest): ReflectionResponse {
  return { validHost: request.host, originalRequest: request, ...findAnswer(index, request) };
}

function findAnswer(index: ReflectionIndex, request: ReflectionRequest): ReflectionResponse {
  const { fileByFilename, fileContainingSymbol, fileContainingExtension, allExtensionNumbersOfType } =
    request;
  if (request.listServices !== undefined) {
    return { listServicesResponse: { service: index.services.map((name) => ({ name })) } };
  }
  if (fileByFilename !== undefined) {
    return fileAnswer(index.byFile.get(fileByFilename)) ?? notFound(`File not found: ${fileByFilename}`);
  }
  if (fileContainingSymbol !== undefined) {
    return (
      fileAnswer(index.bySymbol.get(fileContainingSymbol)) ??
      notFound(`Symbol not found: ${fileContainingSymbol}`)
    );
  }
  if (fileContainingExtension !== undefined) {
    return notFound(`Extension not found: ${fileContainingExtension.containingType}`);
  }
  if (allExtensionNumbersOfType !== undefined) {
    return index.messages.has(allExtensionNumbersOfType)
      ? { allExtensionNumbersResponse: { baseTypeName: allExtensionNumbersOfType } }
      : notFound(`Type not found: ${allExtensionNumbersOfType}`);
  }
  return errorAnswer(GRPC_STATUS.INVALID_ARGUMENT, 'The request asks for nothing.');
}

function fileAnswer(descriptors: readonly Uint8Array[] | undefined): ReflectionResponse | undefined {
  return descriptors && { fileDescriptorResponse: { fileDescriptorProto: descriptors } };
}

function notFound(message: string): ReflectionResponse {
  return errorAnswer(GRPC_STATUS.NOT_FOUND, message);
}

function errorAnswer(errorCode: number, errorMessage: string): ReflectionResponse {
  return { errorResponse: { errorCode, errorMessage } };
}
