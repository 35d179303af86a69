import type { Webservice } from '@slipway/sdk';
import type { Installation } from './installation.ts';

/** How to call the service that was left running, and how to stop it: lines to copy into a shell. */
export async function farewell({ home, url }: Installation, service: Webservice): Promise<string> {
  const { primaryKey } = await service.getKeys();
  return [
    'It goes on running. Score a blank picture:',
    '',
    `  node -p 'JSON.stringify({ data: [new Array(784).fill(0)] })' |`,
    `    curl -s ${service.scoringUri} -H 'Authorization: Bearer ${primaryKey}' \\`,
    `      -H 'Content-Type: application/json' -d @-`,
    '',
    'Look at it, and stop and remove it:',
    '',
    `  npx slipway service show digits --home ${home}`,
    `  npx slipway down --home ${home} && rm -r ${home}`,
    '',
    `The control plane is ${url}.`,
  ].join('\n');
}
