/**
 * What a person is told of a code of errors. `docs/operations.md` has a table for each `where`, which a test holds to these
 * entries.
 */
export interface CodeEntry {
  /**
   * Where a person meets it: as what ends a command, in the log of a process, among what a business node or the chaincode
   * refuses, as what is wrong with a proof, from the embedded network, or behind another error as its cause.
   */
  readonly where: 'command' | 'log' | 'refused' | 'refusal' | 'proof' | 'devnet' | 'cause';
  readonly means: string;
  /** What to do; absent where `means` leaves nothing to do or the message says it. */
  readonly advice?: string;
  /** The class of the exit code of a command that ends with it: `failed` where it is absent, none for `named`. */
  readonly exit?: 'usage' | 'refused' | 'disproved' | 'interrupted' | 'named';
}

/** Entry of the codes of bytes or text that do not follow their format. */
export const MALFORMED = {
  where: 'cause',
  means: 'bytes or text do not follow their format; the message says what and where',
  advice: 'check where they come from; the error before it names the file or the sender',
} as const;

/** Entry of the codes that only a fault in the program itself raises. */
export const INTERNAL = {
  where: 'cause',
  means: 'a fault in Cotrace itself, or a program that calls its library wrongly',
  advice: 'report it, with the message and the log',
} as const;

const WRONG_PROOF = {
  where: 'proof',
  means: 'hashes shown to prove something do not lead to the attested root, or are too many or too few',
  advice: 'do not rely on what was shown; the error before it names the sender',
} as const;

const DAMAGED_INDEX = {
  where: 'cause',
  means: 'an index of a block is not built as its format says, or its proof leaves something out',
  advice: 'do not rely on what was shown',
} as const;

const WRONG_MEMBERSHIP = {
  where: 'cause',
  means: 'organisations and quorum of the consortium do not fit together; the message has the limits',
  advice: 'correct the description of the consortium',
} as const;

const WRONG_PEER = {
  where: 'log',
  means: 'another node sent state that is not what a quorum attested, or not what it said itself',
  advice: 'have its organisation look at it',
} as const;

const CHANGED_HEAD = {
  where: 'proof',
  means: 'a newer head of a trace lacks or changes events that an older one counts',
  advice:
    'keep both heads with their attestations: together they show that the ledger was rewritten or rolled back',
} as const;

const WRONG_EVENTS = {
  where: 'proof',
  means: 'the events shown of a trace are not those that its head counts, or are duplicated or out of order',
  advice: 'do not rely on what was shown; the error before it names the sender',
} as const;

/** Codes of the errors of this package. */
export const CORE_CODES = {
  BAD_AMOUNTS: MALFORMED,
  BAD_ARENA_SIZE: INTERNAL,
  BAD_BASE64URL: MALFORMED,
  BAD_BLOCK_ORDER: INTERNAL,
  BAD_CHECKING_HEADER: MALFORMED,
  BAD_CHECKING_HEIGHT: WRONG_MEMBERSHIP,
  BAD_CODING: DAMAGED_INDEX,
  BAD_ENTRY: DAMAGED_INDEX,
  BAD_ENTRY_COUNT: DAMAGED_INDEX,
  BAD_EVENT_LEAF: WRONG_EVENTS,
  BAD_EVENT_ORDER: INTERNAL,
  BAD_GROUP: MALFORMED,
  BAD_HASH_LENGTH: MALFORMED,
  BAD_HEX: MALFORMED,
  BAD_INDEX_NODE: DAMAGED_INDEX,
  BAD_JSON: {
    where: 'proof',
    means: 'a file or value is not JSON, or nests too deeply or has too many members',
    advice: 'have the file written again',
  },
  BAD_KEY: DAMAGED_INDEX,
  BAD_KEYS: INTERNAL,
  BAD_LEAF_COUNT: WRONG_PROOF,
  BAD_LEAF_INDEX: WRONG_PROOF,
  BAD_NAME: MALFORMED,
  BAD_ORDER: DAMAGED_INDEX,
  BAD_PARTS: MALFORMED,
  BAD_PART_PROOF: WRONG_PROOF,
  BAD_PREVIOUS_HASH: MALFORMED,
  BAD_PROOF_LENGTH: WRONG_PROOF,
  BAD_QUORUM: WRONG_MEMBERSHIP,
  BAD_RANGE: DAMAGED_INDEX,
  BAD_RECORD: {
    where: 'proof',
    means: 'what is stored or shown as a record is not one that the chaincode writes',
    advice: 'do not rely on what was shown',
  },
  BAD_REQUEST: {
    where: 'command',
    means: 'a request that the node does not accept',
    advice: 'should not happen with the command line: check that versions match',
  },
  BAD_REV: MALFORMED,
  BAD_RLP: MALFORMED,
  BAD_TAG: MALFORMED,
  BAD_TRACE_HEAD: WRONG_EVENTS,
  BAD_TRACE_ID: {
    where: 'command',
    exit: 'usage',
    means: 'not an identifier that can be traced',
    advice: 'check for control characters and length; GS1 identifiers need the right check digit',
  },
  BAD_TREE_SIZE: WRONG_PROOF,
  BAD_TRIE_NODE: WRONG_PROOF,
  BAD_U64: MALFORMED,
  BAD_UTF8: {
    where: 'command',
    means: 'a file or value is not text in UTF-8; the first wrong byte is named',
    advice: 'save the file as UTF-8',
  },
  CONFIG: {
    where: 'command',
    exit: 'usage',
    means: 'no network here, an organisation or node that does not exist, a broken file',
    advice: 'follow the message; `network up` writes the files again',
  },
  DUPLICATE_MEMBER: {
    where: 'proof',
    means: 'an object of a JSON file has two members of one name',
    advice: 'have the file written again',
  },
  DUPLICATE_ORGANISATION: WRONG_MEMBERSHIP,
  EVENT_ORDER: WRONG_EVENTS,
  HEADER_CHAIN: {
    where: 'cause',
    means: 'a checking header does not continue the chain of those before it; the message names the field',
    advice: 'do not rely on it; the error before it names the sender',
  },
  HEAD_REWRITTEN: CHANGED_HEAD,
  HEAD_ROLLED_BACK: CHANGED_HEAD,
  INCOMPLETE_PROOF: DAMAGED_INDEX,
  KEY_TOO_LONG: INTERNAL,
  NODE_MISMATCH: DAMAGED_INDEX,
  NO_CANONICAL_JSON: MALFORMED,
  NO_LEAVES: WRONG_PROOF,
  NO_TREE: WRONG_EVENTS,
  NOT_COMMITTED: INTERNAL,
  NOT_FROZEN: INTERNAL,
  OUT_OF_RANGE: MALFORMED,
  PEER_DIFFERS: WRONG_PEER,
  PEER_LIES: WRONG_PEER,
  PROOF_TOO_LONG: WRONG_PROOF,
  PROOF_TOO_SHORT: WRONG_PROOF,
  RANK_TREE_DAMAGED: {
    where: 'log',
    means: "the rank tree of a business node's store is damaged",
    advice: 'nothing: the node rebuilds it. If that repeats, check the disk',
  },
  ROOT_MISMATCH: WRONG_PROOF,
  RULES: {
    where: 'proof',
    means: 'it was made under rules that this version does not know; that says nothing against it',
    advice: 'install a newer version, or reload the page',
  },
  STORE_DAMAGED: {
    where: 'log',
    means: 'the store or ledger has contents that cannot be; nothing is overwritten',
    advice: 'a business node may be rebuilt; restore a master or ledger from the backup',
  },
  STORE_LAYOUT: {
    where: 'log',
    means: 'another version of Cotrace wrote the store',
    advice:
      'run that version, or move the folder away: the node verifies everything from block 0 again. For a ledger of the embedded network that means a new network (`network down --purge`)',
  },
  SUPERFLUOUS_NODES: DAMAGED_INDEX,
  TOO_FEW_ORGANISATIONS: WRONG_MEMBERSHIP,
  TOO_LARGE: {
    where: 'cause',
    means: 'a record is larger, or names more identifiers, than any domain allows',
    advice: 'split the event',
  },
  TOO_LONG: MALFORMED,
  TRAILING_BYTES: MALFORMED,
  TRIE_BUSY: INTERNAL,
  TRIE_FULL: {
    where: 'log',
    means: 'the state trie has no more memory',
    advice: 'raise `trieMemory`',
  },
  TRUNCATED: MALFORMED,
  VALUE_TOO_LONG: INTERNAL,
  WRONG_ORGANISATION: WRONG_EVENTS,
  WRONG_STORE: {
    where: 'log',
    means:
      'the folder holds the store of another node, domain, organisation or network; the message names both. Nothing was changed',
    advice:
      'folders were swapped, or a backup went to the wrong place: put each where it belongs. For a ledger of the embedded network it may also be another topology: restore `topology.yaml`',
  },
  WRONG_TRACE: WRONG_EVENTS,
} as const satisfies Readonly<Record<string, CodeEntry>>;

export type CoreCode = keyof typeof CORE_CODES;
