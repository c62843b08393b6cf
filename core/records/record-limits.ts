/** Most identifiers with a row in a record, and most with a mark, in any domain: a row is one to read and to write. */
export const MAX_IDENTIFIERS = 1000;

/** Most event ids or hashes that a declaration of error may correct. */
export const MAX_CORRECTED = 1000;

/**
 * Most bytes of a record's JSON text, in any domain. A transaction carries the record twice (as argument and as
 * write), hints and rows of about 700 bytes each for 1,000 identifiers, and 1,000 marks: some 4 MiB, below Fabric's default
 * AbsoluteMaxBytes of 10 MiB.
 */
export const MAX_RECORD_BYTES = 1024 * 1024;
