// Where everything is in the shared memory, and who may write it. docs/decisions/0021 has the same as a table.

/** The most threads, the one that commits (number 0) included. */
export const MAX_THREADS: u32 = 32;
/** Memory is given to threads in pieces of this size. */
export const CHUNK: u32 = 0x10000;

// Control words. Written by the committing thread alone, but for those marked *, which every thread changes atomically.
const CONTROL: usize = 0x1000;
/** * The slot of the root. */
export const ROOT: usize = CONTROL;
/** * First chunk that nobody has. */
export const NEXT_CHUNK: usize = CONTROL + 4;
/** Chunks that there are. */
export const CHUNK_LIMIT: usize = CONTROL + 8;
/** * 1 once memory has run out. */
export const FULL: usize = CONTROL + 12;
/** * Level of the cache array that lookups begin with, in bits; 0 while there is none. */
export const CACHE_LEVEL: usize = CONTROL + 16;
/** 1 while a commit runs: lookups then leave the cache arrays alone. */
export const COMMITTING: usize = CONTROL + 20;
/** Changes whenever there is work for other threads. */
export const GENERATION: usize = CONTROL + 24;
export const JOB: usize = CONTROL + 28;
/** * Units of the job that are finished. */
export const FINISHED: usize = CONTROL + 32;
export const UNITS: usize = CONTROL + 36;
/** * Generation (high half) and units that nobody has claimed yet (low half), of 8 bytes. */
export const CLAIM: usize = CONTROL + 40;
/** Operations in the inbox. */
export const OPERATIONS: usize = CONTROL + 48;
export const FRONTIER_LENGTH: usize = CONTROL + 52;
export const EXTRAS_LENGTH: usize = CONTROL + 56;
/** Whether operations are dealt out by the beginnings of their keys (0) or scattered (1). */
export const SCATTERED: usize = CONTROL + 60;
/** * Per thread: the unit that it is about to claim, plus one. */
export const INTENT: usize = CONTROL + 0x100;
/** * Per unit: the thread that claimed it, plus one. */
export const CLAIMER: usize = CONTROL + 0x200;
/** * Per unit: 1 once it is finished. */
export const UNIT_DONE: usize = CONTROL + 0xa00;
/** Tests only: per thread the place to stop at, and * whether it stands there. */
export const STOP_AT: usize = CONTROL + 0xd00;
export const STOPPED: usize = CONTROL + 0xe00;
export const MAX_UNITS: u32 = 512;

/** Cache arrays of the levels 8, 12, 16 and 20: slot 0 is unused, then one slot per prefix. * */
export const CACHE_8: usize = 0x10000;
export const CACHE_12: usize = 0x12000;
export const CACHE_16: usize = 0x18000;
export const CACHE_20: usize = 0x60000;
/** * Free nodes: per size class `SEGMENTS` lists, each taken whole by the thread that needs one. */
export const FREE: usize = 0x470000;
export const SEGMENTS: u32 = 64;
export const CLASSES: u32 = 72;
/** * Per size class: 0 where no list has a node, so that nobody looks through all of them for nothing. */
export const SOME_FREE: usize = FREE + 4 * <usize>(SEGMENTS * CLASSES);
/** Slots at which the units of a commit begin, 8 bytes each: slot and depth. */
export const FRONTIER: usize = 0x480000;
/** Nodes that the second phase of a commit changed once more. */
export const EXTRAS: usize = 0x484000;
/** Where the operations of each bucket begin in `ORDER`. */
export const BUCKETS: usize = 0x490000;
export const BUCKET_COUNT: u32 = 4096;
/** One area per thread, written by that thread alone. */
export const AREAS: usize = 0x4a0000;
export const AREA_SIZE: usize = 0x30000;
/** Addresses of operations, in the order in which they are made. */
export const ORDER: usize = 0xb00000;
export const MAX_OPERATIONS: u32 = 0x40000;
export const INBOX: usize = 0xc00000;
export const INBOX_END: usize = 0x2c00000;
/** Nodes, from here to the end. */
export const ARENA: usize = 0x2c00000;

// In a thread's area.
export const BUMP: usize = 0;
export const BUMP_END: usize = 4;
/** Keys that the thread added less those it removed. */
export const LIVE: usize = 8;
/** Nodes whose hash the thread has computed again in this commit. */
export const CHANGED: usize = 12;
/** Nodes that the thread has unlinked. */
export const RETIRED: usize = 16;
export const FINDS: usize = 20;
/** Nodes looked at by those. */
export const VISITED: usize = 24;
/** Of the last lookups: those that ended below and above the cache's level, and all. */
export const DEEP: usize = 28;
export const SHALLOW: usize = 32;
export const WINDOW: usize = 36;
/** Lists of one unit of a commit: leaves, extensions, and the deepest branch. */
export const LEAVES: usize = 40;
export const EXTENSIONS: usize = 44;
export const DEEPEST: usize = 48;
/** Bytes in nodes less those in nodes retired. */
export const BYTES: usize = 52;
/** Lookups among operations that found their key. */
export const FOUND: usize = 56;
/** Heads of the thread's own lists of free nodes. */
export const OWN_FREE: usize = 0x100;
/** Heads of the lists of branches by depth. */
export const BY_DEPTH: usize = 0x400;
/** State of the two hashes under way. */
export const SPONGE: usize = 0x1800;
/** Per number of blocks: the node that waits for a second to be hashed with. */
export const WAITING: usize = 0x1a00;
/** Lookups that are made side by side. */
export const LANES: usize = 0x1b00;
/** Messages of up to four blocks, two per number of blocks. */
export const MESSAGES: usize = 0x2000;
export const MESSAGE_SIZE: usize = 544;
export const LONG_MESSAGE: usize = 0x4000;
/** Nodes and values on their way out. */
export const OUTBOX: usize = 0x16000;
/** A key to look for. */
export const KEY: usize = 0x28000;
