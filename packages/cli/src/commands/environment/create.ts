import { SlipwayError } from '@slipway/contract';
import { Environment } from '@slipway/sdk';
import { apiCommand, examples } from '../../command-line/define.ts';
import { pair, seconds } from '../../command-line/parsers.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { describeCreated } from '../../output/environment.ts';
import { showOperation } from '../../output/operation-progress.ts';

export function environmentCreate() {
  return apiCommand('create')
    .description('Registers an environment: as the next version of its name, unless the newest is the same.')
    .argument('<name>', 'name of the environment')
    .option('--file <file>', 'conda file (.yml), pip requirements (.txt) or package.json')
    .option('--python <path>', 'a Python that is on the machine of the server, by its absolute path')
    .option('--python-version <version>', 'with pip requirements: the Python to build for, such as 3.11')
    .option('--allow-scripts', 'with a package.json: let packages run their install scripts')
    .option('--tag <key=value>', 'a tag; may be repeated', pair)
    .option('--description <text>', 'what it is')
    .option('--build', 'build it now, and wait until that is done')
    .option('--timeout <time>', 'wait at most this long for the build, such as 10m', seconds)
    .addHelpText(
      'after',
      examples(
        'slipway environment create myenv --file myenv.yml --build',
        'slipway environment create host --python /opt/python/bin/python3',
      ),
    )
    .action((name, flags) =>
      performInWorkspace(flags, async ({ workspace, output, progress }) => {
        const { tag: tags, description } = flags;
        progress.show(`Registering ${name}`);
        const described = await environmentOf(name, flags);
        const registered = await described.register({ workspace, tags, description });
        for (const warning of registered.warnings) progress.note(`Note: ${warning}`);
        if (flags.build !== true) return output.result(registered.toJSON(), describeCreated);
        const operation = await registered.build({ workspace });
        const onProgress = showOperation(progress, `Building ${registered.id}`);
        await operation.wait({ timeoutSec: flags.timeout, onProgress });
        const { version } = registered;
        output.result((await Environment.get({ workspace, name, version })).toJSON(), describeCreated);
      }),
    );
}

interface Flags {
  readonly file?: string | undefined;
  readonly python?: string | undefined;
  readonly pythonVersion?: string | undefined;
  readonly allowScripts?: true | undefined;
}

async function environmentOf(name: string, flags: Flags): Promise<Environment> {
  const { file, python, pythonVersion, allowScripts } = flags;
  if (file !== undefined && python === undefined) {
    return await Environment.fromFile(name, file, { pythonVersion, allowScripts });
  }
  if (python !== undefined && file === undefined) return Environment.fromExistingInterpreter(name, python);
  throw new SlipwayError(
    'invalid_argument',
    `Say what ${name} holds: --file with a conda file, pip requirements or a package.json, or --python with the path of an interpreter; one of the two.`,
    { details: { field: 'file' } },
  );
}
