/** Of package.json, put in by the build. */
declare const __NIBBLE_VERSION__: string;
