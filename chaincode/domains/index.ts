import type { DomainDefinition } from '../trace/definition.js';
import { distribution } from './distribution.js';
import { processing } from './processing.js';
import { production } from './production.js';
import { retail } from './retail.js';

export { distribution, processing, production, retail };

/** The default domains, in the order of a product's way. */
export const defaultDomains: readonly DomainDefinition[] = [production, processing, distribution, retail];
