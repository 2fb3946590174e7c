/** What the compiler's glue files export; they are built into generated/ and not kept in the repository. */
declare module '*/generated/nibble.mjs' {
  const create: import('./factory').ModuleFactory;
  export default create;
}
declare module '*/generated/nibble-scalar.mjs' {
  const create: import('./factory').ModuleFactory;
  export default create;
}
