/** Of package.json, put in by the build. */
declare const __NIBBLE_VERSION__: string;
/** The model that ships with the page: its name and size, put in by the build. */
declare const __SAMPLE_MODEL__: { name: string; bytes: number };
