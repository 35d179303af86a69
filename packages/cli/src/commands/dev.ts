import { examples, plainCommand } from '../command-line/define.ts';
import { port, repeated, wholeNumber } from '../command-line/parsers.ts';
import { runDev } from '../dev/run-dev.ts';

/** The port of Azure's inference server. */
const DEFAULT_PORT = 5001;

export function dev() {
  return plainCommand('dev')
    .description(
      'Serves an entry script from this terminal, without a control plane, and again when it changes.',
    )
    .argument('<script>', 'script with run(): .py, .ts, .mts, .js or .mjs')
    .option('--model <path>', 'file or folder of a model that the script finds; may be repeated', repeated)
    .option('--port <port>', `port of 127.0.0.1; 0 takes a free one (default: ${DEFAULT_PORT})`, port)
    .option('--workers <count>', 'processes or threads that run the script side by side', wholeNumber(1, 64))
    .option('--python <path>', 'interpreter of a script in Python (default: python3 of the PATH)')
    .addHelpText(
      'after',
      examples('slipway dev score.ts --model digits.onnx', 'slipway dev score.py --model ./outputs --port 0'),
    )
    .action((script, { model = [], port: asked = DEFAULT_PORT, workers = 1, python }) =>
      runDev({ script, models: model, port: asked, workers, python }),
    );
}
