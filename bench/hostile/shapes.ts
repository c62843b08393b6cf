import { epcisShapes } from './epcis.js';
import type { HostileShape } from './growth.js';
import { identityShapes } from './identities.js';
import { messageShapes } from './messages.js';
import { textShapes } from './texts.js';

/** Every kind of hostile input, by the reader that meets it. */
export const hostileShapes: readonly HostileShape[] = [
  ...textShapes,
  ...epcisShapes,
  ...identityShapes,
  ...messageShapes,
];
