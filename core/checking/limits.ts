/** Most parts of a header: it counts them in a `u16`. */
export const MAX_PARTS = 65_535;

/** Most headers that one transaction seals: enough to catch up where cycles are faster than two blocks of `checking`. */
export const MAX_SEALED_HEADERS = 64;

/** Highest attempt that a report may name: the keys of reports have four digits for it. */
export const MAX_LATE_ATTEMPT = 9999;
