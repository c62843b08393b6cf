import { MAX_POSITIONS } from '@cotrace/core';
import type { RequestLimits } from './rpc-method.js';

/**
 * Limits and timeouts of a process that runs nodes: transport, stores and logs, and what connects to peers. Those of a
 * master and of a business node are in their rooms. Times are in milliseconds unless the name says otherwise.
 * `docs/operations.md` lists those that operators meet.
 */

/** The largest message between nodes: a block of Fabric's default absolute maximum (10 MB), twice over. */
export const MAX_MESSAGE_BYTES = 20 * 1024 * 1024;

/**
 * The most list entries, messages within, and unknown fields of an answer: 20 MiB of empty ones would become objects of
 * more than a gigabyte. A business block of 65,000 transactions with a node of the multiproof for each has half of it.
 */
export const MAX_ANSWER_ELEMENTS = 250_000;

/** What a call between nodes may take before it fails with `UNREACHABLE`. */
export const CALL_TIMEOUT_MS = 15_000;

/** What is kept of a text that a node sends with an error. */
export const MAX_ERROR_TEXT = 500;

/** The most of an error's text that is sent: HTTP/2 headers have limits. */
export const MAX_SENT_ERROR_TEXT = 2000;

/** How long a node or a peer may take to say how it stands: one that hangs must not hold up the others. */
export const STATUS_CALL_MS = 1500;

/** Pauses between tries grow from the first to the longest: about six tries in the first 2 s, then one every 2 s. */
export const FIRST_PAUSE_MS = 50;
export const LONGEST_PAUSE_MS = 2000;

/**
 * Handshakes of strangers: a burst, and how many a second after it. One costs about 2 ms of processor time with the
 * refusal that follows, so that strangers cost at most a tenth of a core.
 */
export const STRANGERS = { burst: 50, perSecond: 40 };

/** The most connections that wait for their handshake. */
export const MAX_WAITING = 256;

/** The most that have said nothing yet: who is closed for others comes back, and that costs more than the place. */
export const MAX_SILENT = 1024;

/** What a handshake may take, and its first bytes before it; a normal one takes some ten. */
export const HANDSHAKE_MS = 5000;

/** What is read of a connection that is refused: preface, settings, and the headers of a call. */
export const REFUSED_READ_BYTES = 16 * 1024;

/** How long a stranger waits for its refusal while there are many. */
export const SLOW_REFUSAL_MS = 1500;

/** What a connection may take to ask and to fetch its refusal. */
export const REFUSAL_MS = 1500;

/** The most calls on one connection; what a client has beyond waits there. */
export const MAX_STREAMS = 100;

/** What a request may take to come. */
export const REQUEST_MS = 10_000;

/** How long a caller may leave an answer lying. */
export const UNREAD_ANSWER_MS = 60_000;

/** How often a connection must prove that somebody is there. */
export const PING_MS = 30_000;

/** Memory of one connection's HTTP/2 beside its answers, in megabytes. */
export const SESSION_MB = 64;

/** The most connections of one caller at a time: a client's certificate may serve many commands at once. */
export const MAX_CONNECTIONS = 64;

/** The most calls of one caller at a time, over all its connections. */
export const MAX_CALLS = 256;

/** The most bytes of requests and of answers not yet taken that a caller may have here: three of the largest messages. */
export const MAX_HELD_BYTES = 64 * 1024 * 1024;

/** Calls that are taken back or refused: a burst of 1,000, and 100 a second; a new connection counts as ten. */
export const CALM = { burst: 1000, perSecond: 100, connection: 10 };

/** How long refusals are counted before they are told. */
export const REFUSALS_TOLD_MS = 60_000;

/** How many lines of one kind are told in a span, and how long that is. */
export const LINES_A_SPAN = 3;
export const SPAN_MS = 60_000;

/** Kinds of lines that are counted apart; what comes beyond them shares one count. */
export const LINE_KINDS = 64;

/** The most nodes in one process: an organisation's business nodes of all domains. */
export const MAX_PROCESS_NODES = 1000;

/** Free space on a store's disk below which a block and what the database makes of it may not fit. */
export const LEAST_FREE_BYTES = 16 * 1024 * 1024;

/** What a state trie's memory can be, in MiB: its addresses have 32 bits. */
export const TRIE_MIB = { least: 64, most: 4096 } as const;

/** The most threads of a state trie that can be asked for; more than cores help nobody. */
export const MAX_TRIE_THREADS = 32;

/** A block of Fabric's default absolute maximum is 10 MB; a channel may allow more, and a block is larger by its framing. */
export const MAX_BLOCK_BYTES = 100 * 1024 * 1024;

/** Deadlines of the calls of Fabric's gateway; a commit may wait for ordering to recover. */
export const GATEWAY_DEADLINES = { evaluate: 15_000, endorse: 30_000, submit: 15_000, commit: 60_000 };

/** How long each organisation's endorser of a checking transaction may take: one that hangs must not hold up the others. */
export const ENDORSE_EACH_MS = 5000;

/** How long the peer may take to tell its height to somebody who asks the master. */
export const HEIGHT_MS = 1000;

/** How long the stream of blocks may be silent before the peer is asked for its height. */
export const SILENT_STREAM_MS = 5000;

/** The most keys that a master is asked for in one request, so that reading them takes milliseconds. */
export const MAX_KEYS = 100;

/** What requests about a rank tree may be: a domain and numbers, or as many places as one message asks for. */
export const RANK_REQUESTS = {
  place: { bytes: 512, elements: 8 },
  nodes: { bytes: 512 + 5 * MAX_POSITIONS, elements: MAX_POSITIONS + 8 },
} satisfies Record<string, RequestLimits>;
