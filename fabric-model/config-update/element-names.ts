import { utf8 } from '@cotrace/core';
import { refused, step } from './refused.js';

const MAX_BYTES = 249;
const ALLOWED = /^[a-zA-Z0-9.-]+$/;

/**
 * Checks the name of a group, value or policy. Throws `CONFIG_UPDATE`, in Fabric's words.
 * Source: Fabric `common/configtx/validator.go`, `validateConfigID`.
 */
export function checkElementName(name: string): void {
  if (name === '') throw refused('config ID illegal, cannot be empty');
  if (utf8(name).length > MAX_BYTES) {
    throw refused(`config ID illegal, cannot be longer than ${MAX_BYTES}`);
  }
  if (name === '.' || name === '..') throw refused(`name '${name}' for config ID is not allowed`);
  if (!ALLOWED.test(name)) throw refused(`config ID '${name}' contains illegal characters`);
}

/**
 * Checks the form of a modification policy: a path of names, absolute or not. Throws `CONFIG_UPDATE`, in Fabric's words.
 * Source: Fabric `common/configtx/update.go`, `validateModPolicy`.
 */
export function checkModPolicy(modPolicy: string): void {
  if (modPolicy === '') throw refused('mod_policy not set');
  const path = modPolicy.startsWith('/') ? modPolicy.slice(1) : modPolicy;
  for (const [at, name] of path.split('/').entries()) {
    step(`path element at ${at} is invalid`, () => checkElementName(name));
  }
}
