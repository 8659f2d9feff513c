/** The YAML library, as far as it is used: a file of its own in the package, for few commands read a configuration. */
export { isScalar, parseDocument, visit } from "yaml";
