/** An id comes from a file that anybody may have written: only this form goes on a command line. */
const THREAD_ID = /^[0-9A-Za-z][0-9A-Za-z_-]*$/;

/** Tells whether a text has the form of a thread id, which no shell reads as anything else. */
export function isThreadId(text: string): boolean {
  return THREAD_ID.test(text);
}
