import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { test } from 'node:test';
import { Webservice } from '@slipway/sdk';
import { deploy } from '../harness/deployed.ts';
import { startInstallation } from '../harness/installation.ts';
import { BLANK_DIGIT, writeModels } from '../harness/models.ts';
import { score } from '../harness/scorers.ts';

/** A token is good for two hours. */
const HOURS_BACK = 3;

/** Makes the control plane believe that it is some hours ago; what runs already is not asked. */
const SLOW_CLOCK = {
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(
    `const now = Date.now; Date.now = () => now() - ${HOURS_BACK * 3_600_000};`,
  )}`,
};

test('a token that has expired or is for another service is refused, and a fresh one works', async (t) => {
  const installation = await startInstallation(t);
  const { digits: model } = await writeModels(t);
  const config = { authEnabled: false, tokenAuthEnabled: true };
  const { service, key: fresh } = await deploy(installation, { name: 'digits', model, config });
  const { key: foreign } = await deploy(installation, { name: 'other', model, config });

  await installation.killServer();
  await installation.startServer(SLOW_CLOCK);
  const late = await Webservice.get({ workspace: await installation.workspace(), name: service.name });
  const { accessToken: expired, expiryOn } = await late.getToken();
  assert.ok(expiryOn * 1000 < Date.now(), 'the token was to have expired');

  const agent = new Agent();
  const answerTo = (key: string) => score(agent, { uri: service.scoringUri, key, body: BLANK_DIGIT });
  for (let i = 0; i < 2; i += 1) {
    assert.match((await answerTo(expired)) ?? '200', /^401 .*expired/);
    assert.match((await answerTo(foreign)) ?? '200', /^401 .*invalid token/);
    assert.match((await answerTo('no token at all')) ?? '200', /^401 .*invalid token/);
    assert.equal(await answerTo(fresh), undefined);
  }
  agent.destroy();
});
