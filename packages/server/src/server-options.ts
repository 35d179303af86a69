import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_API_PORT, DEFAULT_GATEWAY_PORT, type LogLevel, SlipwayError } from '@slipway/contract';
import { type ComputeUpdate, DECLARED_DEVICE_RULE, parseDeclaredDevice } from '@slipway/contract/api';
import { defaultHome } from './home/open-home.ts';
import { isEverywhere } from './loopback.ts';

/** Only this machine can reach it, unless it is told otherwise. */
const DEFAULT_HOST = '127.0.0.1';

/** Seconds that blobs without a model are kept: an upload of many files may take long until it is registered. */
const DEFAULT_UPLOAD_GRACE_SECONDS = 3_600;

/** Days that ended operations are kept: a month shows how a service came to be what it is, and stays a short list. */
const DEFAULT_OPERATION_DAYS = 30;

const DAY_MS = 24 * 60 * 60_000;

const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** All that a server is told. */
export interface ServerOptions {
  readonly home: string;
  readonly host: string;
  readonly port: number;
  readonly gatewayHost: string;
  readonly gatewayPort: number;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  /** The name that clients call this machine by; `undefined`: the addresses it listens at. */
  readonly publicHost: string | undefined;
  readonly logLevel: LogLevel;
  /** Devices that this machine is declared to have, from now on. */
  readonly devices: ComputeUpdate['devices'];
  /** Where services that only ask to be traced send their spans: a receiver of OTLP over HTTP. */
  readonly traceCollector: string | null;
  readonly uploadGraceMs: number;
  readonly operationsKeptMs: number;
  /** `undefined`: what the content store thinks right. */
  readonly uploadExpiryMs: number | undefined;
  /** So long must the load of a service have been low before replicas go; `undefined`: what is right for most. */
  readonly scaleInWindowMs: number | undefined;
}

/** Reads arguments and environment. Throws `invalid_argument` with all problems at once. */
export function readServerOptions(args: readonly string[], environment: NodeJS.ProcessEnv): ServerOptions {
  const { values, problems } = parse(args);
  const port = readPort(values.port ?? environment['SLIPWAY_PORT'], DEFAULT_API_PORT, '--port', problems);
  const gatewayPort = readPort(
    values['gateway-port'] ?? environment['SLIPWAY_GATEWAY_PORT'],
    DEFAULT_GATEWAY_PORT,
    '--gateway-port',
    problems,
  );
  const tls = readTlsFiles(values['tls-cert'], values['tls-key'], problems);
  const host = values.host ?? DEFAULT_HOST;
  const gatewayHost = values['gateway-host'] ?? DEFAULT_HOST;
  const publicHost = values['public-host'];
  if (publicHost === undefined && [host, gatewayHost].some(isEverywhere)) {
    problems.push(
      '--public-host is missing: what listens on every address needs a name that clients call it by',
    );
  }
  const logLevel = LOG_LEVELS.find((level) => level === (values['log-level'] ?? 'info'));
  if (logLevel === undefined) problems.push(`--log-level must be one of ${LOG_LEVELS.join(', ')}`);
  const devices = readDevices(values.device ?? [], problems);
  const traceCollector = readCollector(environment['OTEL_EXPORTER_OTLP_ENDPOINT'], problems);
  const readWhole = (name: string) => readWholeNumber(name, environment[name], problems);
  const grace = readWhole('SLIPWAY_UPLOAD_GRACE_SECONDS');
  const scaleInSeconds = readWhole('SLIPWAY_SCALE_IN_SECONDS');
  const operationDays = readWhole('SLIPWAY_OPERATION_DAYS') ?? DEFAULT_OPERATION_DAYS;
  if (problems.length > 0 || logLevel === undefined) {
    throw new SlipwayError('invalid_argument', `The server cannot start: ${problems.join('; ')}.`, {
      details: { problems },
    });
  }
  return Object.freeze({
    home: values.home ?? defaultHome(environment),
    host,
    port,
    gatewayHost,
    gatewayPort,
    tls,
    publicHost,
    logLevel,
    devices,
    traceCollector,
    uploadGraceMs: (grace ?? DEFAULT_UPLOAD_GRACE_SECONDS) * 1000,
    operationsKeptMs: operationDays * DAY_MS,
    uploadExpiryMs: grace === undefined ? undefined : grace * 1000,
    scaleInWindowMs: scaleInSeconds === undefined ? undefined : scaleInSeconds * 1000,
  });
}

const text = { type: 'string' } as const;
const FLAGS = {
  home: text,
  host: text,
  port: text,
  'gateway-host': text,
  'gateway-port': text,
  'tls-cert': text,
  'tls-key': text,
  'public-host': text,
  'log-level': text,
  device: { type: 'string', multiple: true },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof FLAGS }>>['values'];

function parse(args: readonly string[]): { values: Values; problems: string[] } {
  try {
    return { values: parseArgs({ args: [...args], options: FLAGS }).values, problems: [] };
  } catch (thrown) {
    return { values: {}, problems: [thrown instanceof Error ? thrown.message : String(thrown)] };
  }
}

function readPort(given: string | undefined, otherwise: number, flag: string, problems: string[]): number {
  if (given === undefined || given === '') return otherwise;
  if (/^\d{1,5}$/.test(given) && Number(given) <= 65_535) return Number(given);
  problems.push(`${flag} "${given}" must be a whole number from 0 to 65535`);
  return otherwise;
}

function readTlsFiles(cert: string | undefined, key: string | undefined, problems: string[]) {
  if (cert === undefined && key === undefined) return null;
  if (cert !== undefined && key !== undefined) return { certFile: resolve(cert), keyFile: resolve(key) };
  problems.push('--tls-cert and --tls-key belong together: give both, or none');
  return null;
}

function readDevices(given: readonly string[], problems: string[]): ComputeUpdate['devices'] {
  const devices = given.map((text) => {
    const declared = parseDeclaredDevice(text);
    if (declared === undefined) problems.push(`--device "${text}" must be ${DECLARED_DEVICE_RULE}`);
    return declared;
  });
  return Object.assign({}, ...devices);
}

function readCollector(given: string | undefined, problems: string[]): string | null {
  if (given === undefined || given === '') return null;
  if (/^https?:\/\/[^/?#]/.test(given)) return given;
  problems.push(`OTEL_EXPORTER_OTLP_ENDPOINT "${given}" must be a URL that begins with http:// or https://`);
  return null;
}

function readWholeNumber(name: string, given: string | undefined, problems: string[]): number | undefined {
  if (given === undefined || given === '') return undefined;
  if (/^\d{1,6}$/.test(given)) return Number(given);
  problems.push(`${name} "${given}" must be a whole number below a million`);
  return undefined;
}
