/** Most identifiers that a record may touch, in any domain: each is a row to read and to write. */
export const MAX_IDENTIFIERS = 1000;

/** Most event ids or hashes that a declaration of error may correct. */
export const MAX_CORRECTED = 1000;

/**
 * Most bytes of a record's JSON text, in any domain. A transaction carries the record twice (as argument and as
 * write) and hints of about 700 bytes for each of 1,000 identifiers: under 3 MiB, far below Fabric's default
 * AbsoluteMaxBytes of 10 MiB.
 */
export const MAX_RECORD_BYTES = 1024 * 1024;
