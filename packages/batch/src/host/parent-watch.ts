// A thread beside a model: ends the process when the job has gone, even while a run blocks the main thread for ever.
import { workerData } from 'node:worker_threads';

const LOOK_EVERY_MS = 500;

const job = workerData as number;

setInterval(() => {
  // Whoever loses its parent is given to another: https://man7.org/linux/man-pages/man2/getppid.2.html
  if (process.ppid !== job) process.kill(process.pid, 'SIGKILL');
}, LOOK_EVERY_MS);
