/** The time of a test, and spans of it. */
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** When the tests of this file began, in whole seconds as many records have them. */
export const NOW = Math.floor(Date.now() / 1000) * 1000;

export const iso = (ms) => new Date(ms).toISOString();
