import { SlipwayError } from '@slipway/contract';
import { ComputeTarget } from '@slipway/sdk';
import { apiCommand, examples } from '../../command-line/define.ts';
import { declaredDevices } from '../../command-line/parsers.ts';
import { performInWorkspace } from '../../command-line/perform-api.ts';
import { computeDetails } from '../../output/compute.ts';

export function computeUpdate() {
  return apiCommand('update')
    .description('Declares the devices of a compute target; that is kept until it is said otherwise.')
    .argument('<name>', 'name of the compute target')
    .option(
      '--device <class=count>',
      'devices that it has, whatever is found; auto for those that are found; may be repeated',
      declaredDevices,
    )
    .addHelpText(
      'after',
      examples(
        'slipway compute update local --device fpga=1',
        'slipway compute update local --device gpu=0',
        'slipway compute update local --device gpu=auto',
      ),
    )
    .action((name, { device: devices, ...options }) =>
      performInWorkspace(options, async ({ workspace, output }) => {
        if (devices === undefined) throw nothingSaid();
        const target = await ComputeTarget.get({ workspace, name });
        output.result((await target.update({ devices })).toJSON(), computeDetails);
      }),
    );
}

function nothingSaid(): SlipwayError {
  return new SlipwayError('invalid_argument', 'Say which devices there are: --device CLASS=COUNT.', {
    details: { field: 'device' },
  });
}
