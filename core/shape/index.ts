export { Shape } from './shape.js';
export type { ShapePath, ShapeSource, TextRule } from './shape.js';
