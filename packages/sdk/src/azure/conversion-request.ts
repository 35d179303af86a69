import { SlipwayError, toSlipwayError } from '@slipway/contract';
import { isFinal, type OperationState } from '@slipway/contract/api';
import type { Model } from '../model.ts';
import type { ModelConversion } from '../model-conversion.ts';
import type { Workspace } from '../workspace.ts';

export interface WaitForCompletionOptions {
  /** Prints the states, and the log at the end. */
  readonly showOutput?: boolean | undefined;
  /** Seconds after which waiting ends; the conversion goes on. */
  readonly timeoutSec?: number | undefined;
  /** Instead of standard output. */
  readonly print?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A conversion in the words of Azure's SDK. */
export class ConversionRequest {
  readonly conversion: ModelConversion<Model>;
  readonly #workspace: Workspace;
  #model: Model | undefined;
  #failure: SlipwayError | undefined;

  /** For this package; use `AccelOnnxConverter.convertTfModel`. */
  constructor(workspace: Workspace, conversion: ModelConversion<Model>) {
    this.conversion = conversion;
    this.#workspace = workspace;
  }

  get operationId(): string {
    return this.conversion.operation.id;
  }

  /** As it was when it was last looked at; spelled as Azure spells it. */
  get status(): 'Succeeded' | 'Failed' | 'InProgess' {
    const { state } = this.conversion.operation;
    if (!isFinal(state)) return 'InProgess';
    return state === 'Succeeded' ? 'Succeeded' : 'Failed';
  }

  /** The converted model. Throws `conflict` before the wait has ended, and where the conversion has not succeeded. */
  get result(): Model {
    if (this.#model !== undefined) return this.#model;
    const ended = isFinal(this.conversion.operation.state) && this.status !== 'Succeeded';
    throw new SlipwayError(
      'conflict',
      ended ? 'Model conversion is not successful' : 'Model conversion is not complete',
      { cause: this.#failure },
    );
  }

  /** Why the last wait ended without a model; `undefined`: it did not. */
  get error(): SlipwayError | undefined {
    return this.#failure;
  }

  /** The conversion's log so far, a line each. */
  async log(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<string> {
    const lines = await this.conversion.operation.log(options);
    return lines.map(({ time, message }) => `${time} ${message}\n`).join('');
  }

  /** Waits for the end: true if it has succeeded. It never throws; `error` says why it is false. */
  async waitForCompletion({
    showOutput = false,
    timeoutSec,
    print = (text) => void process.stdout.write(text),
    signal,
  }: WaitForCompletionOptions = {}): Promise<boolean> {
    this.#failure = undefined;
    const { operation } = this.conversion;
    const show = showOutput ? print : () => undefined;
    const progress = createStateOutput(show);
    try {
      this.#model = await this.conversion.wait({
        timeoutSec,
        signal,
        onProgress: (event) => progress(event.type === 'log' ? operation.state : event.operation.state),
      });
    } catch (thrown) {
      this.#failure = toSlipwayError(thrown);
    }
    const { state } = operation;
    if (!isFinal(state)) {
      const late = this.#failure?.code === 'deadline_exceeded';
      show(
        late
          ? `\nWait for completion timeout. Conversion state is: ${state}\n`
          : `\n${this.#failure?.message}\n`,
      );
      return false;
    }
    if (!showOutput) print('Conversion logs are not available.\n');
    else await this.#showEnd(show, signal);
    return this.#model !== undefined;
  }

  async #showEnd(show: (text: string) => void, signal: AbortSignal | undefined): Promise<void> {
    const { id, state, error } = this.conversion.operation;
    show(`\nOperation ${id} completed, operation state "${state}"\n`);
    show(`sas url to download model conversion logs ${this.#logUrl()}\n`);
    show(await this.log({ signal }).catch(() => 'Conversion logs are not available.\n'));
    if (error !== null)
      show(`Model convert failed with\nStatusCode: ${error.code}\nMessage: ${error.message}\n`);
  }

  #logUrl(): string {
    const path = this.#workspace.path(`/operations/${encodeURIComponent(this.operationId)}/log`);
    return new URL(`/api/v1${path}`, this.#workspace.client.connection.url).href;
  }
}

/** The state, a dot for each look at it, and a new line with the new state when it changes. */
function createStateOutput(print: (text: string) => void): (state: OperationState) => void {
  let last: OperationState | undefined;
  return (state) => {
    if (state === last) print('.');
    else print(`${last === undefined ? '' : '\n'}${state}`);
    last = state;
  };
}
