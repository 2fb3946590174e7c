/** What the two files are to the person: "the original", "the output"; and in a word. */
export interface Names {
  first: string;
  second: string;
  shortFirst: string;
  shortSecond: string;
}

export const ORIGINAL_AND_OUTPUT: Names = {
  first: 'the original',
  second: 'the output',
  shortFirst: 'original',
  shortSecond: 'output',
};
export const HERE_AND_THERE: Names = {
  first: 'the open model',
  second: 'the other file',
  shortFirst: 'here',
  shortSecond: 'there',
};
