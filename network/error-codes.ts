import { type CodeEntry, INTERNAL, MALFORMED } from '@cotrace/core';

const REFUSED_CALL = {
  where: 'devnet',
  means: "a call that a peer or orderer refuses, in Fabric's words",
  advice: 'correct the call; the message says what is wrong',
} as const;

const NOT_DEPLOYED = {
  where: 'devnet',
  means: 'the chaincode is not installed, approved and committed as the call needs it',
  advice: 'deploy it; after a change of its definition, repeat the call',
} as const;

const SERVICE_FAILED = {
  where: 'devnet',
  means: 'a chaincode service does not run, does not answer in time, or does not speak as it should',
  advice: "see the service's log; `network up` starts it again",
} as const;

const DAMAGED_NETWORK = {
  where: 'devnet',
  means: 'configuration, ledger or chaincodes of the embedded network do not belong together',
  advice: 'restore the folder of the network from its backup',
} as const;

/** Codes of the errors of this package. */
export const NETWORK_CODES = {
  ACCESS_DENIED: {
    where: 'devnet',
    means: 'the caller may not do that: it does not satisfy the policy, or its signature is wrong',
    advice: 'call as an identity that the policy admits',
  },
  ALREADY_INSTALLED: REFUSED_CALL,
  BAD_CALL: REFUSED_CALL,
  BAD_GENESIS: DAMAGED_NETWORK,
  BAD_MESSAGE: REFUSED_CALL,
  BAD_PACKAGE: {
    where: 'devnet',
    means: 'not a valid chaincode package',
    advice: 'make the package again',
  },
  BAD_PROPOSAL: REFUSED_CALL,
  BAD_QUERY: REFUSED_CALL,
  BATCH_TIMEOUT: DAMAGED_NETWORK,
  BLOCK_MISSING: DAMAGED_NETWORK,
  CALL_FAILED: {
    where: 'devnet',
    means: 'a chaincode that another one called failed',
    advice: 'see the cause',
  },
  CANCELLED: { where: 'devnet', means: 'the caller ended its stream' },
  CHAINCODE_UNREACHABLE: SERVICE_FAILED,
  CHANNEL_NOT_FOUND: REFUSED_CALL,
  CHANNEL_UPDATE: {
    where: 'command',
    means:
      'the configuration of a channel could not be changed; the message has the answer of the ordering node',
    advice:
      'have it signed by those whose policy the answer names, or make it again from the configuration in force',
  },
  CLIENT_EXPIRED: {
    where: 'devnet',
    means: "the caller's certificate has expired",
    advice: 'give it a new certificate',
  },
  CRYPTO_FOLDER: {
    where: 'log',
    means: 'certificates or keys are missing or do not belong together',
    advice: 'restore them',
  },
  DEFINITION_CHANGED: NOT_DEPLOYED,
  DEFINITION_CONFLICT: NOT_DEPLOYED,
  DEPLOY_FAILED: NOT_DEPLOYED,
  DEVNET_CONFIG: {
    where: 'devnet',
    means: 'the configuration file of the embedded network is wrong or missing',
    advice: '`network up` writes it again',
  },
  DISCOVERY_REFUSED: REFUSED_CALL,
  EXECUTE_FAILED: SERVICE_FAILED,
  EXECUTE_TIMEOUT: SERVICE_FAILED,
  FABRIC_BIN: {
    where: 'command',
    means: "Fabric's programs or their configuration are not there",
    advice: 'install them as the message says',
  },
  FABRIC_START: {
    where: 'command',
    means: "one of Fabric's programs ended as it started",
    advice: 'see the log that is named',
  },
  GENESIS_MISMATCH: DAMAGED_NETWORK,
  IDENTITY: {
    where: 'command',
    means: 'a folder with a key or certificate is incomplete or does not fit',
    advice: 'restore it from the backup',
  },
  INSTALLED_CHAINCODES: DAMAGED_NETWORK,
  INVALID_INVOCATION: NOT_DEPLOYED,
  LEDGER_CLOSED: {
    where: 'devnet',
    means: 'the peer is stopping',
    advice: 'repeat the call once it runs again',
  },
  LIFECYCLE_REFUSED: REFUSED_CALL,
  MESSAGE_TOO_LARGE: {
    where: 'devnet',
    means: 'a transaction has more bytes than the channel allows',
    advice: 'make it smaller',
  },
  MSP_FOLDER: MALFORMED,
  NAMELESS_CHAINCODE: SERVICE_FAILED,
  NAMESPACE_NOT_DEFINED: NOT_DEPLOYED,
  NO_CHANNEL: REFUSED_CALL,
  NO_COLLECTION: REFUSED_CALL,
  NO_LAYOUT: {
    where: 'devnet',
    means: 'no set of peers that can be reached satisfies the endorsement policy',
    advice: 'start more peers, and see that the chaincode is installed at them',
  },
  NO_LEADER: {
    where: 'command',
    means: 'an ordering node has found no leader in a minute',
    advice: 'start the other ordering nodes: more than half must run',
  },
  NO_LEDGER_CONTEXT: SERVICE_FAILED,
  NO_METHOD: {
    where: 'command',
    means: 'the node has no such method',
    advice: 'check that versions match',
  },
  NO_PORT: {
    where: 'command',
    means: 'another program listens at a port that cannot change, or no port is free',
    advice: 'end that program, then `network up`',
  },
  NOT_APPROVED: NOT_DEPLOYED,
  NOT_DEFINED: {
    where: 'command',
    means: "a domain's definition could not be written",
    advice: 'see the cause; chaincode services must run',
  },
  NOT_INSTALLED: NOT_DEPLOYED,
  ORDERER_ADMIN: {
    where: 'command',
    means: 'an orderer refuses what a first start asks of it',
    advice: 'the message has its answer; see its log',
  },
  PEER_ADMIN: {
    where: 'command',
    means: 'a peer refuses what a first start asks of it',
    advice: 'the message has its answer; see its log',
  },
  PROPOSAL_REFUSED: REFUSED_CALL,
  QUERY_NOT_FOUND: SERVICE_FAILED,
  SENDING_FAILED: SERVICE_FAILED,
  SIMULATION_FAILED: REFUSED_CALL,
  SIMULATION_REFUSED: REFUSED_CALL,
  STORE_UNAVAILABLE: {
    where: 'log',
    means: 'the ledger cannot be opened: another process uses it, or its permissions are wrong',
    advice: 'stop that process, or correct the permissions',
  },
  STREAM_TERMINATED: SERVICE_FAILED,
  TIME_WINDOW: {
    where: 'devnet',
    means: "the caller's clock is too far from the peer's",
    advice: 'set the clocks',
  },
  TLS_FOLDER: {
    where: 'command',
    means: 'a folder with a key or certificate for TLS is incomplete',
    advice: 'restore it from the backup',
  },
  TOPOLOGY: {
    where: 'command',
    exit: 'usage',
    means: 'the topology file is wrong; the message names the line',
    advice: 'fix it',
  },
  TRANSACTION_EXISTS: REFUSED_CALL,
  TRANSACTION_FAILED: SERVICE_FAILED,
  UNEXPECTED_MESSAGE: SERVICE_FAILED,
  UNKNOWN_CHANNEL: INTERNAL,
  UNKNOWN_ORGANISATION: INTERNAL,
  UNKNOWN_REQUEST: SERVICE_FAILED,
  USAGE: {
    where: 'command',
    exit: 'usage',
    means: 'options that do not go together',
    advice: 'see `--help`',
  },
  WRONG_CHAINCODE: SERVICE_FAILED,
} as const satisfies Readonly<Record<string, CodeEntry>>;

declare module '@cotrace/core' {
  interface ErrorCodes extends Record<keyof typeof NETWORK_CODES, unknown> {}
}
