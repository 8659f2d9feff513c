/** The doctor as the command calls it: a file of its own in the package, for few commands need a check. */
export { notLoaded } from "./checks/addon.js";
export { checks } from "./checks.js";
export { examine } from "./examine.js";
export { lookAround } from "./machine.js";
