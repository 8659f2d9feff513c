/**
 * The doctor as the command calls it where the addon can be loaded: a file of its own in the package, for few commands
 * need a check.
 */
export { checks } from "./checks.js";
export { examine } from "./examine.js";
export { lookAround } from "./machine.js";
