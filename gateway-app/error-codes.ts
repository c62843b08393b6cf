import { type CodeEntry, INTERNAL } from '@cotrace/core';

const WRONG_BUSINESS_BLOCK = {
  where: 'refused',
  means: 'the business block is not what was asked for or attested',
} as const;

const NOT_YOURS = {
  where: 'command',
  means: 'this node or client may not ask that',
  advice: 'ask with another identity',
} as const;

const DAMAGED_TRIE = {
  where: 'log',
  means: "the state trie of a master's store is damaged",
  advice: 'restore the store from the newest backup',
} as const;

/** Codes of the errors of this package. */
export const GATEWAY_CODES = {
  ATTESTS_OTHERWISE: {
    where: 'command',
    exit: 'named',
    means: 'a master attests a block differently from a quorum does',
    advice: 'have its organisation look at it',
  },
  BAD_SNAPSHOT: {
    where: 'log',
    means: 'the file `state.trie` of a master is damaged or of another version',
    advice: 'nothing: the master reads its blocks again instead',
  },
  BAD_TRANSACTION: WRONG_BUSINESS_BLOCK,
  BEHIND: {
    where: 'command',
    means: 'the masters that answer are behind what a quorum of them have reached',
    advice: 'try again',
  },
  NOT_ENDORSED: {
    where: 'log',
    means:
      'too few organisations endorsed a transaction of the checking channel, or an anchor; each one’s answer is named',
    advice: 'where it stays so, look at the masters that are named',
  },
  NOT_COMMITTED: {
    where: 'log',
    means: 'a transaction of the checking channel, or an anchor, was found invalid when it was committed',
    advice: 'nothing: it is tried again where it is still needed',
  },
  TOO_FEW_MASTERS: {
    where: 'log',
    means:
      'fewer masters than a quorum needs have the header of a cycle that is to be sealed: some are away or behind',
    advice: 'nothing, where they come back; otherwise look at `cotrace nodes`',
  },
  NOT_SWITCHED: {
    where: 'command',
    means: 'rules could not be switched: Fabric refused the transaction, or found it invalid',
    advice: 'see what each organisation answered; `cotrace consortium rules` shows which are in force',
  },
  NOT_FRESH: {
    where: 'command',
    means: 'a master cannot say that its newest block is the ledger’s newest: it may be cut off',
    advice: 'ask another one; look at its state in `cotrace nodes`',
  },
  BLOCK_DROPPED: {
    where: 'log',
    means: 'another business node does not keep so old a block any more; a master is asked instead',
  },
  BUSY_LINEAGE: {
    where: 'command',
    means: 'new events came again and again while a lineage was proven',
    advice: 'ask again, or for the block at the end of a cycle',
  },
  CYCLE_PRUNED: {
    where: 'command',
    means: 'masters keep no proofs of so old a cycle',
    advice: 'ask for a newer block',
  },
  DISPUTED: { where: 'command', means: 'the business node has stopped', advice: 'see below' },
  DIVERGED: {
    where: 'command',
    means: 'the master attests nothing more: a quorum sealed what contradicts its own ledger',
    advice: 'see below; other masters answer',
  },
  EQUIVOCATION: {
    where: 'refused',
    means: 'an organisation signed two statements of one block; it never counts again here',
  },
  FORKED: {
    where: 'command',
    means: 'the business node has stopped: a quorum attests another chain than it has',
    advice: 'see below',
  },
  GENESIS_BLOCK: {
    where: 'refused',
    means: "block 0 is not this network's; of a master's peer: it is another network's, or has no block 0",
    advice: 'check which node or peer it is',
  },
  INCOMPLETE: {
    where: 'command',
    means: 'what a master answered leaves something out; another one was asked where there is one',
    advice: 'have its organisation look at it',
  },
  INTERRUPTED: {
    where: 'command',
    exit: 'interrupted',
    means: 'the command was interrupted; of what was under way nobody knows',
    advice: 'capture the files again: nothing is recorded twice',
  },
  INVALID_EVENT: {
    where: 'command',
    exit: 'refused',
    means: 'an event of a file is not valid EPCIS 2.0',
    advice: 'fix the fields that are named; the other events were captured',
  },
  INVALID_TRANSACTION: {
    where: 'command',
    means: 'peers found the transaction invalid for a reason that trying again does not change',
    advice: 'look up the validation code in the detail; the usual reason is an endorsement policy',
  },
  LIFECYCLE: {
    where: 'command',
    means: 'a chaincode could not be approved or committed in a minute',
    advice: 'see the cause; `network up` completes it',
  },
  LISTEN: {
    where: 'log',
    means: 'the port is taken. A chaincode service says `cannot serve the chaincode on`',
    advice: 'see [Ports](#ports)',
  },
  LOCKED: {
    where: 'command',
    means: 'another command changes this network',
    advice: 'wait until it has ended, then repeat this one',
  },
  NO_ANSWER: {
    where: 'command',
    means: 'no master has an answer that counts, each for another reason',
    advice: "the message has every master's",
  },
  NO_ENDORSEMENT: {
    where: 'command',
    exit: 'named',
    means: "an organisation's peer or chaincode service does not endorse; others did",
    advice: 'see that they run',
  },
  NO_FILE: {
    where: 'command',
    exit: 'usage',
    means: 'a file cannot be read or written',
    advice: 'check the path',
  },
  NOT_A_CONFIG: {
    where: 'refused',
    means: 'a configuration transaction carries no channel configuration',
  },
  NOT_CAPTURED: {
    where: 'command',
    means: 'a record was tried for two minutes without success',
    advice: "the message has each organisation's answer and what to do; capture again then",
  },
  NOT_FOUND: { where: 'command', means: 'the master has not reached that block', advice: 'try again' },
  NOT_NEXT: INTERNAL,
  NOT_READY: {
    where: 'command',
    means: 'a process ended or did not answer in a minute',
    advice: 'see the log that is named',
  },
  NOT_SERVED: {
    where: 'log',
    means: 'another node did not send a block in time, and this node was late itself; another one is asked',
  },
  NOT_VALIDATED: {
    where: 'log',
    means: "the peer delivers what is not this network's validated chain",
    advice: 'check which peer it is',
  },
  NOT_YOUR_DOMAIN: NOT_YOURS,
  NOT_YOUR_NODE: {
    where: 'command',
    means: 'a business node answers clients of its own organisation',
    advice: 'give `--org`',
  },
  NOT_YOUR_PROCESS: {
    where: 'command',
    means: 'a process of the network runs as another user',
    advice: 'repeat the command as that user',
  },
  NOT_YOUR_ROLE: NOT_YOURS,
  OTHERS_REFUSED: {
    where: 'command',
    exit: 'named',
    means: 'valid and not sent: with `--all-or-nothing`, another event is not valid',
    advice: 'fix the events that are refused, and capture again',
  },
  PROCESS: {
    where: 'command',
    means: 'a process could not be started',
    advice: 'see the log that is named',
  },
  PROOF_TOO_LARGE: {
    where: 'command',
    means: 'a lineage is too large for one proof; the message says what is too much',
    advice: 'ask for one direction, for fewer identifiers, or for the newest events',
  },
  ODD_ENDORSEMENT: {
    where: 'log',
    means:
      "an organisation's endorser answers a checking transaction differently from the others, or signs wrongly",
    advice: 'have that organisation look at it: its release may be another one',
  },
  RANK_TREE_UNMADE: {
    where: 'log',
    means: 'the rank tree of a domain is being rebuilt; it answers once that is done',
  },
  SILENT: {
    where: 'log',
    means: 'the peer has blocks and sends none; the node connects again',
    advice: "if it repeats, see the peer's log",
  },
  SNAPSHOT_AHEAD: {
    where: 'log',
    means: "a master's store is older than the `state.trie` beside it, as after restoring half of a backup",
    advice: 'restore all of the newest one: a block must not be attested again',
  },
  STORE_FAILED: {
    where: 'log',
    means: 'the store cannot be read or written; nothing is overwritten',
    advice:
      'look at the cause (full disk, permissions): free space and run `network up`. A business node may be rebuilt; restore a master from the backup',
  },
  STORE_LOCKED: { where: 'log', means: 'another process uses the store', advice: 'stop it' },
  SYSTEM: {
    where: 'command',
    means: 'the system refuses something to do with a file; the message names it',
    advice: 'follow the message',
  },
  TOO_MANY_CALLS: {
    where: 'command',
    means: "the client's certificate has too many calls or connections at a node",
    advice: 'run fewer commands at a time',
  },
  TRIE_NODES_DAMAGED: DAMAGED_TRIE,
  EVENTS_DAMAGED: {
    where: 'log',
    means: "a master's store lacks events of a trace that its head counts",
    advice: 'restore the store from the newest backup',
  },
  TRIE_ROOT: {
    where: 'log',
    means:
      "a master's blocks do not lead to the root that it attested; its store is damaged or of another version",
    advice: 'restore it',
  },
  UNEXPECTED: {
    where: 'command',
    means: 'a fault that the command does not know',
    advice: 'report it, with the message',
  },
  UNKNOWN_CALLER: {
    where: 'command',
    means: "the client's TLS certificate is not in the consortium file",
    advice: "use the client file of a client that it lists; administrators' are not",
  },
  UNREACHABLE: {
    where: 'command',
    means: 'no node that could answer did, or its TLS certificate is not the right one',
    advice: '`cotrace network status`, `cotrace network up`',
  },
  WITHHELD: {
    where: 'refused',
    means:
      'the sender did not send a block in five seconds that a quorum had attested while this node waited for it: it withholds it, or is overloaded',
  },
  WRONG_AMOUNT: WRONG_BUSINESS_BLOCK,
  WRONG_CHAIN: {
    where: 'command',
    means: "the peer's ledger is not the one that a quorum of masters attest",
    advice: 'restore the newest copy of the ledger; capture again then',
  },
  WRONG_DOMAIN: WRONG_BUSINESS_BLOCK,
  WRONG_NODE: {
    where: 'cause',
    means: 'a node shows another TLS certificate than the consortium file lists for it',
    advice: 'check its address, and whether its certificate was replaced without a new consortium file',
  },
  WRONG_TOTAL: WRONG_BUSINESS_BLOCK,
} as const satisfies Readonly<Record<string, CodeEntry>>;

declare module '@cotrace/core' {
  interface ErrorCodes extends Record<keyof typeof GATEWAY_CODES, unknown> {}
}
