import shim from 'fabric-shim';
import type { RefusalCode } from '../refusal.js';

/** Refusals that belong to normal work: clients read again, or find that their first attempt got through. */
const HARMLESS: readonly RefusalCode[] = ['DUPLICATE', 'STALE'];

/** The text of such a refusal (`encodeRefusal`) within a line of Fabric's. */
const LINE = new RegExp(`\\{"code":"(?:${HARMLESS.join('|')})","message":"`);

/** The two loggers of fabric-shim 2.5.8 that write an error for every error response, by the files that have them. */
const LOGGERS = ['lib/handler.js', 'contracts-spi/chaincodefromcontract.js'];

/**
 * Lets fabric-shim write of a harmless refusal on level `debug`. The response to the peer is the same: Fabric knows a
 * refusal as an error response alone, and its shim logs each one as two errors.
 */
export function quietRefusals(): void {
  for (const name of LOGGERS) {
    const logger = shim.newLogger(name) as unknown as Record<'error' | 'debug', (line: string) => void>;
    const error = logger.error.bind(logger);
    logger.error = (line) => {
      if (LINE.test(line)) logger.debug(line);
      else error(line);
    };
  }
}
