import type { TextRule } from '@cotrace/core';

/** `host:port`, the port from 1 to 65535. */
export const ADDRESS: TextRule = {
  rule: 'an address, host:port, with a port from 1 to 65535',
  like: /^[^\s\p{C}]+:(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$/u,
};
