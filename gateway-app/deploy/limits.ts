/**
 * Limits and timeouts of what brings networks up: a laptop under load takes a few seconds for what takes a tenth
 * otherwise. Times are in milliseconds. `docs/operations.md` lists those that users meet.
 */

/** How long a command waits for another one that works on the same network, and between two looks. */
export const LOCK_MS = 60_000;
export const LOCK_PAUSE_MS = 100;

/** How long a network may take to answer, and between two looks. */
export const READY_MS = 60_000;
export const READY_PAUSE_MS = 50;

/** How long one node may take to say how far it is; it is asked again then. */
export const READY_CALL_MS = 5000;

/** How much of the end of a log is looked at. */
export const LOG_TAIL_BYTES = 4096;

/** How long a service that runs may be silent before it is ended and started again. */
export const SILENT_SERVICE_MS = 5000;

/** How long a process may take to end before it is killed, and between two looks. */
export const END_MS = 10_000;
export const END_PAUSE_MS = 20;

/** How long a process that runs may take to answer when its status is asked. */
export const STATUS_MS = 1500;

/** How long hosts of their own may take to come up. */
export const HOSTS_MS = 180_000;

/** How long peers and orderers may take to know each other, and between two tries. */
export const LIFECYCLE_MS = 60_000;
export const LIFECYCLE_PAUSE_MS = 200;

/** How long the chaincode services may take to be reachable, and between two tries. */
export const DEFINE_MS = 60_000;
export const DEFINE_PAUSE_MS = 200;

/** The highest process id there can be (Linux: `PID_MAX_LIMIT` of include/linux/threads.h). */
export const MAX_PROCESS_ID = 4_194_304;

/** Processes that a network's file may list: far above what one machine runs. */
export const MAX_PROCESSES = 100_000;

/**
 * Where ports are looked for: below those that systems hand out to outgoing connections (Linux: from 32768 on), or a
 * connection could take the port of a service that is down for a moment.
 */
export const LEAST_PORT = 10_240;
export const END_PORT = 32_768;

/** How many ports are tried before none is free. */
export const MOST_PORT_TRIES = 1000;
