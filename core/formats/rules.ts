/**
 * The newest rules that this version knows, 1…65,535: how what a master states follows from main's blocks. It knows all before
 * them as well. Which are in force is for the chain to say (docs/formats.md, Rules).
 */
export const RULES = 1;
