import { examples, localCommand } from '../command-line/define.ts';
import { perform } from '../command-line/perform.ts';
import type { Finding } from '../doctor/check.ts';
import { checkDevices } from '../doctor/devices.ts';
import { checkEngines } from '../doctor/engine.ts';
import { checkDisk, checkHome, checkNode } from '../doctor/machine.ts';
import { checkPython } from '../doctor/python.ts';
import { checkInstallation } from '../doctor/server.ts';

const MARKS = { ok: '✔', warning: '!', failed: '✖' } as const satisfies Record<Finding['result'], string>;

export function doctor() {
  return localCommand('doctor')
    .description(
      'Looks for what may be in the way: Node, home folder, disk, ports, devices, engine and what it can run on, processes.',
    )
    .addHelpText('after', examples('slipway doctor'))
    .action((options) =>
      perform(options, async ({ home, output, progress }) => {
        progress.show('Looking');
        const findings = [
          checkNode(),
          await checkHome(home),
          await checkDisk(home),
          ...(await checkDevices(home)),
          ...(await checkEngines(home)),
          await checkPython(),
          ...(await checkInstallation(home)),
        ];
        output.result({ findings }, () => describeFindings(findings));
        if (findings.some(({ result }) => result === 'failed')) process.exitCode = 1;
      }),
    );
}

function describeFindings(findings: readonly Finding[]): string {
  return findings.map(({ check, result, message }) => `${MARKS[result]} ${check}: ${message}`).join('\n');
}
