import { SlipwayError, toSlipwayError } from '@slipway/contract';
import { type InferenceChange, InferenceConfig, Model } from '@slipway/sdk';
import { examples } from '../command-line/define.ts';
import { deploymentCommand, deploymentConfig } from '../command-line/deployment-options.ts';
import { modelChoices } from '../command-line/model-choices.ts';
import { performInWorkspace } from '../command-line/perform-api.ts';
import { inferenceConfig } from '../command-line/script-options.ts';
import { describeBegun, describeDeployed } from '../output/deployed.ts';
import { showOperation } from '../output/operation-progress.ts';
import { showRegistration } from '../output/registration-progress.ts';
import { callOf } from '../service-call/call-of.ts';

export function deploy() {
  return deploymentCommand('deploy')
    .description('Deploys models as a service, and waits until it answers.')
    .argument('<name>', 'name of the service')
    .option('--target <name>', 'compute target (default: local)')
    .option('--overwrite', 'update the service if there is one of that name')
    .option('--primary-key <key>', 'use this key, of 16 to 256 characters, instead of a random one')
    .option('--secondary-key <key>', 'the same for the other key')
    .addHelpText(
      'after',
      examples(
        'slipway deploy digits --model ./model.onnx',
        'slipway deploy digits --model digits:2 --replicas 2 --cpu 1 --overwrite',
        'slipway deploy digits --model digits --versions latest:2 --label stable=3',
        'slipway deploy digits --model digits --config deploymentconfig.json',
        'slipway deploy digits --model digits --entry-script score.py --conda-file myenv.yml',
      ),
    )
    .action((name, flags) =>
      performInWorkspace(flags, async ({ workspace, output, progress }) => {
        const script = await inferenceConfig(flags, progress.note);
        if (flags.model === undefined && !(script instanceof InferenceConfig)) throw modelMissing(name);
        const service = await Model.deploy({
          workspace,
          name,
          models: modelChoices(flags.model ?? [], flags),
          inferenceConfig: requireScript(script),
          deploymentConfig: await deploymentConfig(flags, 'deploy'),
          computeTarget: flags.target,
          description: flags.description,
          tags: flags.tag,
          properties: flags.property,
          primaryKey: flags.primaryKey,
          secondaryKey: flags.secondaryKey,
          overwrite: flags.overwrite,
          replace: flags.replace,
          onProgress: showRegistration(progress),
        });
        if (!flags.wait) return output.result(service.toJSON(), () => describeBegun(service));
        await service
          .waitForDeployment({
            timeoutSec: flags.timeout,
            onProgress: showOperation(progress, `Deploying ${name}`),
          })
          .catch((thrown: unknown) => {
            throw withWayOut(toSlipwayError(thrown), name);
          });
        const call = await callOf(service);
        output.result({ ...service.toJSON(), ...call }, () => describeDeployed(service, call));
      }),
    );
}

/** A deployment without a script has nothing to say of what runs it. */
function requireScript(
  script: InferenceConfig | InferenceChange | null | undefined,
): InferenceConfig | undefined {
  if (script instanceof InferenceConfig) return script;
  if (script === undefined || script === null) return undefined;
  throw new SlipwayError(
    'invalid_argument',
    'Error, need to specify entry_script. What it runs in is said, but not which script: add --entry-script.',
    { details: { field: 'entryScript' } },
  );
}

/** A service whose deployment failed stays, for whoever wants to know why. */
function withWayOut(error: SlipwayError, name: string): SlipwayError {
  const wayOut = `See "slipway service events ${name}"; then deploy again with --overwrite, or "slipway service delete ${name}".`;
  return new SlipwayError(error.code, `${error.message} ${wayOut}`, { details: error.details, cause: error });
}

function modelMissing(name: string): SlipwayError {
  return new SlipwayError(
    'invalid_argument',
    `Say what to deploy: "slipway deploy ${name} --model MODEL", a registered model or the path of one, or "--entry-script FILE".`,
    { details: { field: 'model' } },
  );
}
