import type { OperationState, Service } from '@slipway/contract/api';
import type { OperationEvent } from './operation-watch.ts';

/** Turns what happens to a deployment into the text that Azure's SDK prints while it waits. */
export function createDeploymentOutput(print: (text: string) => void): (event: OperationEvent) => void {
  let state: OperationState | undefined;
  return (event) => {
    if (event.type === 'log') {
      print(`\n${event.line.time} ${event.line.message}`);
      return;
    }
    if (event.operation.state === state) {
      print('.');
      return;
    }
    print(`${state === undefined ? '' : '\n'}${event.operation.state}`);
    state = event.operation.state;
  };
}

/** The line that ends every deployment that succeeded. */
export function finishedLine({ computeType }: Service): string {
  return `\n${computeType} service creation operation finished, operation "Succeeded"\n`;
}
