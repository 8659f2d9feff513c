/** The package's main entry. */
export {};
