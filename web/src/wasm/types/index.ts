/** What crosses between the core (C++) and TypeScript. web/test/boundary.test.ts holds it against the core. */
export type * from './analysis';
export type * from './bits';
export type * from './check';
export type * from './error';
export type * from './formats';
export type * from './importance';
export type * from './lab';
export type * from './measure';
export type * from './model';
export type * from './network';
export type * from './plan';
export type * from './sample';
