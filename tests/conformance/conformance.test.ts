import assert from 'node:assert/strict';
import { after, before, suite, type TestContext, test } from 'node:test';
import type { TestScope } from '@slipway/testkit';
import { serveModels } from '../harness/served-models.ts';
import { ALL_PROTOCOLS } from './protocols/all-protocols.ts';
import { closeChannels } from './protocols/grpc-channel.ts';
import { type Answer, type Door, Inexpressible, type Protocol } from './protocols/protocol.ts';
import { type Answered, bitsOf, findEntry, findProblem } from './suite/compare.ts';
import { doorsOf } from './suite/doors.ts';
import { makeModel, signatureOf } from './suite/make-model.ts';
import { type Case, readTables, type Table } from './suite/table.ts';

/** A service of one table, and where it is asked. */
interface Subject {
  readonly table: Table;
  readonly doors: readonly Door[];
  readonly key: string;
}

after(closeChannels);

for (const table of readTables(import.meta.dirname)) {
  suite(`${table.name}: ${table.about}`, () => {
    let subject: Subject;
    const scope = suiteScope();
    before(async () => {
      const { name: service, models, limits } = table;
      const served = await serveModels(scope, { service, models: models.map(makeModel), limits });
      subject = { table, doors: doorsOf(served), key: served.key };
    });
    for (const one of table.cases) test(one.name, (t) => runCase(t, subject, one));
  });
}

/** Ends with the suite in which it is made; `after` would end with the hook that calls it. */
function suiteScope(): TestScope {
  const cleanUps: Parameters<TestScope['after']>[0][] = [];
  after(async () => {
    for (const cleanUp of cleanUps) await cleanUp();
  });
  return { after: (cleanUp) => void cleanUps.push(cleanUp) };
}

/** Asks in every protocol at every door; all that is wrong is told at once. */
async function runCase(t: TestContext, subject: Subject, one: Case): Promise<void> {
  const problems: string[] = [];
  const answered: Answered[] = [];
  for (const protocol of ALL_PROTOCOLS) {
    for (const door of subject.doors) {
      if (protocol.needsService && !door.isService) continue;
      const told = (problem: string) => problems.push(`${protocol.name} at the ${door.name}: ${problem}`);
      const cannot = findEntry(one.cannot, protocol.name, door.name);
      const answer = await ask(subject, one, protocol, door);
      if (answer instanceof Inexpressible) {
        if (cannot === undefined) told(`cannot ask this, and the table does not say so: ${answer.message}`);
        else if (door === subject.doors[0]) t.diagnostic(`${protocol.name} cannot: ${cannot}`);
        continue;
      }
      if (cannot !== undefined) told(`can ask this, but the table says that it cannot: ${cannot}`);
      const found = { protocol: protocol.name, door: door.name, answer };
      const problem = findProblem(one, found);
      if (problem !== undefined) told(problem);
      if ('outputs' in answer) answered.push(found);
    }
  }
  const bits = new Set(answered.map(bitsOf));
  if (bits.size > 1) problems.push(`the answers are of ${bits.size} kinds of bits`);
  assertProblems(t, one, problems);
}

async function ask(
  { table, key }: Subject,
  { request }: Case,
  protocol: Protocol,
  door: Door,
): Promise<Answer | Inexpressible> {
  const name = request.model ?? table.models[0]?.name ?? '';
  const known = table.models.find((model) => model.name === name) ?? table.models[0];
  const signature = known === undefined ? { inputs: [], outputs: [] } : signatureOf(known);
  const shown = request.key === undefined ? key : (request.key ?? undefined);
  try {
    return await protocol.call({ door, request, model: name, signature, key: shown });
  } catch (thrown) {
    if (thrown instanceof Inexpressible) return thrown;
    throw new Error(`${protocol.name} at the ${door.name} broke: ${String(thrown)}`, { cause: thrown });
  }
}

function assertProblems(t: TestContext, { knownFailure }: Case, problems: readonly string[]): void {
  if (knownFailure === undefined) assert.equal(problems.length, 0, `\n${problems.join('\n')}`);
  else if (problems.length === 0) assert.fail(`This no longer fails; take the mark away: ${knownFailure}`);
  else t.todo(knownFailure);
}
