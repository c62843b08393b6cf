import type * as peer from '../gen/fabric/peer_pb.js';
import { isConfiguration } from '../transaction/envelope.js';
import { checkEndorsements } from './check-endorsements.js';
import { checkForm } from './check-form.js';
import type { ValidationContext } from './context.js';

/**
 * Validation code of an envelope by Fabric's checks that need no reads: `checkForm`, then `checkEndorsements`.
 * Between the two a peer refuses an id that the ledger has already, and after them one that the block has
 * already and reads that no longer hold (`validateReads`): the caller's part.
 */
export function checkEnvelope(bytes: Uint8Array, context: ValidationContext): peer.TxValidationCode {
  const { code, envelope } = checkForm(bytes, context);
  if (envelope === null || isConfiguration(envelope)) return code;
  return checkEndorsements(envelope, context);
}
