/** What the two files of a comparison are to the person: "the original", "the output"; and in a word. */
import type { Texts } from '../../text/en';

/** Which two: original and output, or the open model and another file. texts().answers.names says what they are. */
export type NamesId = keyof Texts['answers']['names'];
