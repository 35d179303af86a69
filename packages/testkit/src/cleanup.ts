/** What a test gives to say when it has ended: `TestContext`, or `{ after }` of `node:test` for a whole suite. */
export interface TestScope {
  after(cleanUp: () => Promise<void> | void): void;
}

type CleanUp = () => Promise<void> | void;

const stacks = new WeakMap<TestScope, CleanUp[]>();

/**
 * Runs `cleanUp` when the test has ended, the last registered first: what was built on something goes before it.
 * All of them run, even if one fails; `TestContext.after` alone runs the first registered first.
 */
export function onTestEnd(scope: TestScope, cleanUp: CleanUp): void {
  const known = stacks.get(scope);
  if (known !== undefined) {
    known.push(cleanUp);
    return;
  }
  const stack = [cleanUp];
  stacks.set(scope, stack);
  scope.after(() => unwind(stack));
}

/** For programs that are no tests: gives `body` a scope that ends with it, however it ends. */
export async function withScope<T>(body: (scope: TestScope) => Promise<T>): Promise<T> {
  const stack: CleanUp[] = [];
  const scope: TestScope = { after: (cleanUp) => void stack.push(cleanUp) };
  try {
    return await body(scope);
  } finally {
    await unwind(stack);
  }
}

async function unwind(stack: CleanUp[]): Promise<void> {
  const failures: unknown[] = [];
  for (let cleanUp = stack.pop(); cleanUp !== undefined; cleanUp = stack.pop()) {
    try {
      await cleanUp();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, 'Cleaning up after the test failed.');
}
