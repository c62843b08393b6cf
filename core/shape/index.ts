export { Shape, type ShapePath, type ShapeSource, type TextRule } from './shape.js';
export { yamlShape, type YamlDocument, type YamlFile, type YamlLines } from './yaml-shape.js';
