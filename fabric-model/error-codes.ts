import { type CodeEntry, INTERNAL, MALFORMED } from '@cotrace/core';

const WRONG_IDENTITY = {
  where: 'cause',
  means: 'a certificate does not count under the configuration of its organisation; the message says why',
  advice: 'check the certificate, its role and its time, and the channel configuration',
} as const;

const WRONG_CONFIGURATION = {
  where: 'cause',
  means: 'a part of a channel configuration cannot be used; the message names it',
  advice: 'correct the channel configuration',
} as const;

const WRONG_BLOCK = {
  where: 'refused',
  means: 'the block does not hold together: its number, its transactions or their hash',
} as const;

/** Codes of the errors of this package. */
export const FABRIC_CODES = {
  BAD_CERTIFICATE: MALFORMED,
  BAD_CHAIN: WRONG_IDENTITY,
  BAD_CONFIG: WRONG_CONFIGURATION,
  BAD_DEGREE: INTERNAL,
  BAD_DER: MALFORMED,
  BAD_POLICY: WRONG_CONFIGURATION,
  BAD_PROTOBUF: MALFORMED,
  BAD_SIGNATURE: MALFORMED,
  BLOCK_INCOMPLETE: MALFORMED,
  BLOCK_NUMBER: WRONG_BLOCK,
  BLOCK_SIGNATURE: {
    where: 'refused',
    means: "the ordering service's signatures do not satisfy its policy",
  },
  BUG: INTERNAL,
  CONFIG_TOO_DEEP: WRONG_CONFIGURATION,
  CONFIG_UPDATE: {
    where: 'cause',
    means: "a configuration update that is not applied, in Fabric's words",
    advice:
      'compute it again from the configuration in force, and have it signed by those whose policy it names',
  },
  DATA_HASH: WRONG_BLOCK,
  IDENTITY_EXPIRED: WRONG_IDENTITY,
  IDENTITY_INVALID: WRONG_IDENTITY,
  IDENTITY_REVOKED: WRONG_IDENTITY,
  MSP_CONFIG: WRONG_CONFIGURATION,
  NO_HEADER: MALFORMED,
  NO_TRANSACTIONS_FILTER: MALFORMED,
  NOT_A_CHAINCODE: {
    where: 'cause',
    means: 'what the channel holds under a name is not a chaincode definition',
    advice: 'check the name, and whether the chaincode is committed',
  },
  NOT_A_TRANSACTION: MALFORMED,
  PREVIOUS_HASH: {
    where: 'refused',
    means:
      "the attested block does not follow the node's last; of a master's peer: its ledger is another one",
    advice: 'see below: rolled back, forked',
  },
  TOO_MANY_ELEMENTS: MALFORMED,
  TRUNCATED_BLOCK_FILE: MALFORMED,
  UNKNOWN_MSP: WRONG_IDENTITY,
  UNKNOWN_VALIDATION_PLUGIN: {
    where: 'cause',
    means: 'a chaincode is validated by a plug-in other than Fabric’s own',
    advice: 'commit a definition with the plug-in `vscc`',
  },
  UNSUPPORTED_KEY: WRONG_IDENTITY,
  UNSUPPORTED_MSP: WRONG_CONFIGURATION,
  UNSUPPORTED_SCALAR: INTERNAL,
  WELL_FORMED: WRONG_BLOCK,
} as const satisfies Readonly<Record<string, CodeEntry>>;

declare module '@cotrace/core' {
  interface ErrorCodes extends Record<keyof typeof FABRIC_CODES, unknown> {}
}
