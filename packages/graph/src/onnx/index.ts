export { GraphError, type GraphErrorCode } from '../graph-error.ts';
