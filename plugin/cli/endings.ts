/** Ends of the command that are no failures of ours. */

/** Ended by Ctrl-C, as a shell reports it. */
export const INTERRUPTED_EXIT_CODE = 130;

/** Ended by Ctrl-C. */
export class Interrupted extends Error {}

/** A check of the doctor failed; what it has to say, it has said. */
export class Unwell extends Error {}
