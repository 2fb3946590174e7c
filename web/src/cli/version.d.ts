/** The version in package.json, put in by the build. */
declare const NIBBLE_VERSION: string;
