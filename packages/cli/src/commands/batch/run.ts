import { SlipwayError } from '@slipway/contract';
import { Batch } from '@slipway/sdk';
import { batchOptions } from '../../command-line/batch-options.ts';
import { findWorkspace } from '../../command-line/connect.ts';
import { apiCommand, examples } from '../../command-line/define.ts';
import { list, repeated } from '../../command-line/parsers.ts';
import { perform } from '../../command-line/perform.ts';
import { describeSummary, showBatch } from '../../output/batch.ts';
import { interruption } from '../../scoring/interruption.ts';

export function batchRun() {
  return apiCommand('run')
    .description(
      'Scores a folder of files, or the rows of tables, on this machine. Run again after it was stopped, it goes on. With --json, one line for each event.',
    )
    .option('--input <path>', 'file, or folder that is read with all folders in it')
    .option(
      '--output <folder>',
      'folder of this job alone: results, summary, logs, and what it needs to go on',
    )
    .option(
      '--entry-script <file>',
      'script in Python, TypeScript or JavaScript with run(mini_batch), and init() if it needs one',
    )
    .option('--source-dir <folder>', 'folder that the script and its modules lie in')
    .option(
      '--model <model>',
      'path of a model, or a registered one; scores alone without a script; may be repeated',
      repeated,
    )
    .option(
      '--accelerator <providers>',
      'what runs a model alone: cpu, cuda, tensorrt, webgpu, …; several with commas, the preferred one first',
      list,
    )
    .option('--cpu-fallback', 'nodes that the accelerator does not take run on the CPU')
    .option('--no-cpu-fallback', 'a model that has such nodes is refused')
    .option('--python <path>', 'interpreter that runs a script in Python (default: python3 of the PATH)')
    .option('--environment <name>', 'registered environment that a script in Python runs in')
    .option('--conda-file <file>', 'conda file of which an environment is made for a script in Python')
    .option('--config <file>', 'settings in JSON or YAML, also under the names of Azure’s ParallelRunConfig')
    .option('--input-format <format>', 'files, jsonl, csv or parquet (default: by the names of the files)')
    .option('--mini-batch-size <size>', 'files at once, or bytes of rows such as 10MB (default: 10, or 1MB)')
    .option(
      '--error-threshold <count>',
      'items without a result that are put up with; -1: any number (default: -1)',
    )
    .option(
      '--output-action <action>',
      'append_row: one file of results; summary_only: count them (default: append_row)',
    )
    .option('--append-row-file-name <name>', 'name of the file of results (default: parallel_run_step.txt)')
    .option(
      '--process-count <count>',
      'processes side by side (default: one a core; 1 where the job has GPUs)',
    )
    .option('--logging-level <level>', 'WARNING, INFO or DEBUG (default: INFO)')
    .option('--run-invocation-timeout <seconds>', 'time for a call of run() (default: 60)')
    .option('--run-max-try <count>', 'calls for a mini-batch until one succeeds (default: 3)')
    .addHelpText(
      'after',
      examples(
        'slipway batch run --input ./images --output ./out --entry-script digit.py --model ./model',
        'slipway batch run --input rows.jsonl --output ./out --model digits:2',
        'slipway batch run --config parallel_run_config.yml --input ./images --output ./out',
      ),
    )
    .action((flags) =>
      perform(flags, async ({ output, progress }) => {
        using interrupted = interruption();
        const options = await batchOptions(flags);
        const json = flags.json === true;
        const summary = await Batch.run({
          ...options,
          workspace: () => findWorkspace(flags),
          onEvent: json
            ? (event) => void process.stdout.write(`${JSON.stringify(event)}\n`)
            : showBatch(progress),
          signal: interrupted.signal,
        }).catch((thrown: unknown) => {
          // Ctrl-C before the job was begun.
          if (interrupted.signal.aborted && !(thrown instanceof SlipwayError)) {
            throw new SlipwayError('cancelled', 'Stopped before the job was begun.');
          }
          throw thrown;
        });
        if (!json) output.result(summary, describeSummary);
      }),
    );
}
