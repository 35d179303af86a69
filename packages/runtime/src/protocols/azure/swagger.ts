import type { Datatype, LoadedModel, TensorSpec } from '@slipway/contract';
import { acceptedNames, keyOf } from '../tensor-names.ts';

/** The versions of the document that may be asked for; the first is the default. */
export const SWAGGER_VERSIONS = ['2', '3', '3.1'] as const;
export type SwaggerVersion = (typeof SWAGGER_VERSIONS)[number];

type Json = Readonly<Record<string, unknown>>;

const ELEMENTS: Readonly<Record<Datatype, Json>> = {
  BOOL: { type: 'boolean' },
  UINT8: { type: 'integer', minimum: 0, maximum: 255 },
  UINT16: { type: 'integer', minimum: 0, maximum: 65_535 },
  UINT32: { type: 'integer', format: 'int64', minimum: 0 },
  UINT64: { type: 'integer', minimum: 0 },
  INT8: { type: 'integer', minimum: -128, maximum: 127 },
  INT16: { type: 'integer', minimum: -32_768, maximum: 32_767 },
  INT32: { type: 'integer', format: 'int32' },
  INT64: { type: 'integer', format: 'int64' },
  FP16: { type: 'number' },
  BF16: { type: 'number' },
  FP32: { type: 'number', format: 'float' },
  FP64: { type: 'number', format: 'double' },
  BYTES: { type: 'string' },
};

/** An encoded image, which is no text. */
const IMAGE: Json = {
  type: 'object',
  description: 'An image as JPEG, PNG, WebP or GIF, in base64.',
  properties: { b64: { type: 'string', format: 'byte' } },
  required: ['b64'],
  additionalProperties: false,
};

/** What a document says of a service beside its addresses. */
export interface DescribedService {
  readonly service: string;
  readonly description: string;
  /** Schemas of `ServiceInput`, `ServiceOutput` and `ErrorResponse`. */
  readonly definitions: Json;
}

/** Describes a service as it really is: the model's own inputs and outputs, at its address behind the gateway. */
export function swaggerDocument(service: string, model: LoadedModel, version: SwaggerVersion): Json {
  const description = `The service ${service}, which scores model ${model.name}, version ${model.version}.`;
  return serviceDocument({ service, description, definitions: definitions(model) }, version);
}

/** The document of a service in a version. */
export function serviceDocument(described: DescribedService, version: SwaggerVersion): Json {
  return version === '2' ? swagger2(described) : openApi3(described, version);
}

function swagger2(described: DescribedService): Json {
  const schema = (name: string) => ({ $ref: `#/definitions/${name}` });
  return {
    swagger: '2.0',
    info: info(described),
    schemes: ['http', 'https'],
    consumes: ['application/json'],
    produces: ['application/json'],
    securityDefinitions: {
      Bearer: {
        type: 'apiKey',
        name: 'Authorization',
        in: 'header',
        description: 'For example: Bearer abc123',
      },
    },
    paths: paths(
      described.service,
      (name) => ({
        parameters: [{ name: 'serviceInputPayload', in: 'body', required: true, schema: schema(name) }],
      }),
      (description, name) => ({ description, schema: schema(name) }),
      (description) => ({ description, schema: { type: 'string' } }),
      { type: 'string' },
    ),
    definitions: described.definitions,
  };
}

function openApi3(described: DescribedService, version: '3' | '3.1'): Json {
  const content = (name: string) => ({
    content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } },
  });
  return {
    openapi: version === '3' ? '3.0.3' : '3.1.0',
    info: info(described),
    paths: paths(
      described.service,
      (name) => ({ requestBody: { required: true, ...content(name) } }),
      (description, name) => ({ description, ...content(name) }),
      (description) => ({ description, content: { 'text/plain': { schema: { type: 'string' } } } }),
      { schema: { type: 'string' } },
    ),
    components: {
      securitySchemes: { Bearer: { type: 'http', scheme: 'bearer' } },
      schemas: described.definitions,
    },
  };
}

function info({ service, description }: DescribedService): Json {
  return { title: service, description, version: '1.0' };
}

/** The paths; what differs between versions of the document is handed in. */
function paths(
  service: string,
  input: (name: string) => Json,
  output: (description: string, name: string) => Json,
  text: (description: string) => Json,
  versionType: Json,
): Json {
  const prefix = `/api/v1/service/${service}`;
  const failure = (description: string) => output(description, 'ErrorResponse');
  const security = [{ Bearer: [] }];
  return {
    [`${prefix}/`]: {
      get: {
        operationId: 'ServiceHealthCheck',
        description: 'Whether the service lives.',
        responses: { 200: text('It lives.'), 503: text('It must be restarted.') },
      },
    },
    [`${prefix}/score`]: {
      post: {
        operationId: 'RunMLService',
        description: 'Runs the model.',
        security,
        ...input('ServiceInput'),
        responses: {
          200: output('The outputs of the model.', 'ServiceOutput'),
          400: failure('The body is not valid, or does not fit the model.'),
          401: failure('The key or token is missing or wrong.'),
          413: failure('The body is too large.'),
          500: failure('The model failed.'),
          503: text('Too many requests; try again after a pause.'),
          504: failure('It took longer than the scoring timeout.'),
        },
      },
    },
    [`${prefix}/swagger.json`]: {
      get: {
        operationId: 'GetSwaggerSpec',
        description: 'This document.',
        security,
        parameters: [{ name: 'version', in: 'query', required: false, ...versionType }],
        responses: { 200: { description: 'The document.' }, 404: text('There is no such version of it.') },
      },
    },
  };
}

function definitions({ signature }: LoadedModel): Json {
  const [only, ...others] = signature.inputs;
  const inputs = tensors(signature.inputs, signature.inputs.map(keyOf));
  const outputs = {
    type: 'array',
    items: { type: 'string', enum: [...acceptedNames(signature).outputs.keys()] },
  };
  const isSingle = only !== undefined && others.length === 0;
  return {
    ServiceInput: {
      type: 'object',
      description: isSingle
        ? 'Either "data" or "inputs"; "outputs" chooses outputs.'
        : '"outputs" chooses outputs.',
      properties: { ...(isSingle ? { data: nested(only) } : {}), inputs, outputs },
      ...(isSingle ? {} : { required: ['inputs'] }),
      additionalProperties: false,
    },
    ServiceOutput: {
      type: 'object',
      properties: { outputs: tensors(signature.outputs, []) },
      required: ['outputs'],
    },
    ErrorResponse: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
  };
}

function tensors(specs: readonly TensorSpec[], required: readonly string[]): Json {
  return {
    type: 'object',
    properties: Object.fromEntries(
      specs.map((spec) => [keyOf(spec), { ...nested(spec), ...labels(spec), ...tensorName(spec) }]),
    ),
    ...(required.length === 0 ? {} : { required }),
  };
}

/** The names of the classes; OpenAPI has no word for them. */
function labels({ labels: names }: TensorSpec): Json {
  return names === undefined ? {} : { 'x-labels': names };
}

/** The other name of a tensor that has a key, which callers may use in its place. */
function tensorName({ name, alias }: TensorSpec): Json {
  return alias === undefined ? {} : { 'x-tensor-name': name };
}

/** Arrays nested as the shape says; only sizes that are known are told. */
function nested({ datatype, shape, image }: TensorSpec): Json {
  return shape.reduceRight<Json>(
    (items, size) => {
      const known = typeof size === 'number' ? { minItems: size, maxItems: size } : {};
      return { type: 'array', items, ...known };
    },
    image === undefined ? ELEMENTS[datatype] : IMAGE,
  );
}
