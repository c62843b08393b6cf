// Every default domain, a line each. What follows from this list: the topology's default, the definitions that are written
// to the ledger, and the default rules of capture.
export { production } from './production.js';
export { processing } from './processing.js';
export { distribution } from './distribution.js';
export { retail } from './retail.js';
