import type { Datatype, Tensor, TensorData } from '@slipway/contract';
import { createGrpcPredictionClient } from '../grpc/index.ts';
import type { TlsOptions } from '../node-client/node-http.ts';
import { type NodeTensorClient, readImage } from '../node-client/score-file.ts';
import type { Credential } from '../prediction/types.ts';
import { RETRY_PAUSES_MS, tryAgain } from './attempts.ts';
import { type Connection, createConnection } from './connection.ts';
import { type Answer, chosen, namesOf, type WantedOutputs, withoutBatch } from './outputs.ts';
import { elementsOf, type RawTensor } from './raw-tensor.ts';

/** Milliseconds that one attempt to score a file or tensors may take. */
const TIMEOUT_MS = 10_000;

/** The same for arrays, which has no option. */
const ARRAYS_TIMEOUT_MS = 30_000;

/** Milliseconds without a call after which the next one connects again. */
const CHANNEL_SHUTDOWN_TIMEOUT_MS = 120_000;

/** The names that a model of one input of images and one output has for every client. */
const IMAGES = 'images';
const OUTPUT_ALIAS = 'output_alias';

/** Where a service is, and how it is asked. */
export interface PredictionClientOptions {
  /** Host name or IP address. */
  readonly address: string;
  /** Default 443 with TLS, else 80. */
  readonly port?: number | undefined;
  /** Default false. */
  readonly useSsl?: boolean | undefined;
  /** A key or token, or a function that gives one. */
  readonly accessToken?: Credential | undefined;
  /** The service behind a gateway; without it, the only one there. */
  readonly serviceName?: string | undefined;
  /** Milliseconds without a call after which the next one connects again; default 2 minutes. */
  readonly channelShutdownTimeoutMs?: number | undefined;
  readonly tls?: TlsOptions | undefined;
  /** Milliseconds before each repeat of a call, which is tried once more than there are numbers; default 1, 2, 4 and 8 seconds. */
  readonly retryPausesMs?: readonly number[] | undefined;
  /** Takes the line that tells of each repeat; default standard output. */
  readonly print?: ((text: string) => void) | undefined;
}

/** An array as NumPy has it. */
export interface NumpyArray {
  readonly data: TensorData;
  readonly shape: readonly number[];
  /** Default: that of the kind of typed array. */
  readonly datatype?: Datatype | undefined;
}

/** What every call takes. */
export interface ScoreOptions {
  /** Gives the call up; it then throws `cancelled`. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of calls that have a deadline of their own. */
export interface ScoreTensorsOptions extends ScoreOptions {
  /** Milliseconds that each attempt may take; default 10 seconds. */
  readonly timeoutMs?: number | undefined;
}

/** Options of `scoreFile`. */
export interface ScoreFileOptions extends ScoreTensorsOptions {
  /** Default `images`. */
  readonly inputName?: string | undefined;
}

/** The outputs that a call wants; all of them when left out. */
interface Wanted<O extends WantedOutputs> {
  readonly outputs?: O | undefined;
}

/**
 * A client of one accelerated model with the members of Azure's, over gRPC. Keep it: its connection is used again. A call is tried
 * five times whatever went wrong, unless its caller has to change it; so it is not for models that must not run twice.
 *
 * Answers are one tensor where `outputs` is one name, or is not said and the model has one output; a list of them otherwise.
 * Errors are `SlipwayError`s.
 */
export class PredictionClient {
  readonly #connection: Connection<NodeTensorClient>;
  readonly #pausesMs: readonly number[];
  readonly #print: (text: string) => void;

  /** Connects with the first call. Throws `invalid_argument` for an address that is none. */
  constructor(options: PredictionClientOptions) {
    const url = urlOf(options);
    const { accessToken: credential, tls, channelShutdownTimeoutMs = CHANNEL_SHUTDOWN_TIMEOUT_MS } = options;
    this.#connection = createConnection(
      () =>
        createGrpcPredictionClient({ url, credential, tls, protocol: 'tfserving', retry: { attempts: 1 } }),
      channelShutdownTimeoutMs,
    );
    this.#pausesMs = options.retryPausesMs ?? RETRY_PAUSES_MS;
    this.#print = options.print ?? ((text) => void process.stdout.write(text));
  }

  /**
   * Sends a file as it is, such as a JPEG. One tensor comes without the axis of the batch, those of a list with it. Throws
   * `invalid_argument` if the file cannot be read.
   */
  async scoreFile<const O extends WantedOutputs = undefined>(
    path: string,
    { inputName = IMAGES, ...options }: ScoreFileOptions & Wanted<O> = {},
  ): Promise<Answer<O>> {
    const data = await readImage(path);
    return withoutBatch(
      await this.scoreTensors<O>({ [inputName]: { data, shape: [1], datatype: 'BYTES' } }, options),
    );
  }

  /** Sends a file to the input `images`, and gives back `output_alias` without the axis of the batch. */
  async scoreImage(path: string, options: ScoreTensorsOptions = {}): Promise<Tensor> {
    return await this.scoreFile(path, { ...options, outputs: OUTPUT_ALIAS });
  }

  /** Sends arrays by the names of their inputs. Each attempt may take 30 seconds. */
  async scoreNumpyArrays<const O extends WantedOutputs = undefined>(
    inputs: Readonly<Record<string, NumpyArray>>,
    options: ScoreOptions & Wanted<O> = {},
  ): Promise<Answer<O>> {
    return await this.#score<O>(inputs, { ...options, timeoutMs: ARRAYS_TIMEOUT_MS });
  }

  /** Sends an array to the input `images`, and gives back `output_alias`. */
  async scoreNumpyArray(array: NumpyArray, options: ScoreOptions = {}): Promise<Tensor> {
    return await this.scoreNumpyArrays({ [IMAGES]: array }, { ...options, outputs: OUTPUT_ALIAS });
  }

  /** Sends tensors by the names of their inputs. Throws `invalid_argument` if bytes and shape do not fit. */
  async scoreTensors<const O extends WantedOutputs = undefined>(
    inputs: Readonly<Record<string, RawTensor>>,
    { timeoutMs = TIMEOUT_MS, ...options }: ScoreTensorsOptions & Wanted<O> = {},
  ): Promise<Answer<O>> {
    const arrays = Object.entries(inputs).map(([name, raw]) => [
      name,
      { ...raw, data: elementsOf(name, raw) },
    ]);
    return await this.#score<O>(Object.fromEntries(arrays), { ...options, timeoutMs });
  }

  /** Sends one tensor to the input `images`, and gives back `output_alias`. */
  async scoreTensor(tensor: RawTensor, options: ScoreTensorsOptions = {}): Promise<Tensor> {
    return await this.scoreTensors({ [IMAGES]: tensor }, { ...options, outputs: OUTPUT_ALIAS });
  }

  /** Closes the connection. Calls that run then end with `cancelled`; a later one connects again. */
  close(): void {
    this.#connection.close();
  }

  async #score<O extends WantedOutputs>(
    inputs: Readonly<Record<string, NumpyArray>>,
    { outputs, ...call }: ScoreTensorsOptions & Wanted<O>,
  ): Promise<Answer<O>> {
    const options = { ...call, outputs: namesOf(outputs) };
    const attempt = () => this.#connection.use((client) => client.scoreArrays(inputs, options));
    const prediction = await tryAgain(
      { pausesMs: this.#pausesMs, onRepeat: (error) => this.#repeat(error), signal: call.signal },
      attempt,
    );
    return chosen<O>(prediction.outputs, outputs);
  }

  #repeat(error: unknown): void {
    this.#print(`Retrying ${error}\n`);
    this.#connection.renew();
  }
}

function urlOf({ address, port, useSsl = false, serviceName }: PredictionClientOptions): string {
  const host = address.includes(':') && !address.startsWith('[') ? `[${address}]` : address;
  const path = serviceName === undefined ? '' : `/api/v1/service/${encodeURIComponent(serviceName)}`;
  return `${useSsl ? 'https' : 'http'}://${host}:${port ?? (useSsl ? 443 : 80)}${path}`;
}
