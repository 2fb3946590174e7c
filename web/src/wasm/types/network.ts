/** Texts on their way through networks, and what comes of it. */

/** What the core's Model.passPlan() is asked. */
export interface PassOptions {
  tokens: number; // of all texts
  sequences: number;
  longest: number; // tokens of the longest text
  observe?: boolean; // the input of every matrix, for an importance matrix
  observeOutput?: boolean; // also that of output.weight
  logits?: boolean; // scores of the next tokens; default true
  contrast?: boolean; // another network's weights are held against those of each layer's matrices
  leastWindow?: number; // channels of a hidden layer that are worked on at a time, at the least
}

/** One thing to do on a pass. Steps without weights have only op and layer. */
export interface PassStep {
  op: string; // "embed", "query", "attend", ... "logits"
  layer: number;
  tensor?: string; // whose rows these are
  type?: string; // as stored
  rowLength?: number;
  headRows?: number;
  add?: number;
  part?: string;
  vector?: number;
  expert?: number;
  firstRow?: number;
  rows?: number;
  firstColumn?: number; // the window of the rows that counts
  columns?: number;
  firstOutput?: number;
  observed?: number[]; // tensors whose input this is; indices into ModelInfo.tensors
  tiles?: WeightTile[];
}

/** Rows of a step that are read at once: where they lie, and which of the step's they are. */
export type WeightTile = [file: number, offset: number, bytes: number, firstRow: number, rows: number];

/** What a pass over texts will do: every piece that is read, in order. */
export interface PassPlan {
  network: { architecture: string; vocabulary: number; layers: number; embedding: number; [name: string]: unknown };
  workChannels: number;
  steps: PassStep[];
  memory: { activationsBytes: number; perWorkerBytes: number }; // of all workers together; of each, beside that
  readBytes: number; // at most
  operations: number; // floating point operations of all products
}

/** What llama.cpp allocates beside the weights to answer with a model (its defaults, on the processor). */
export interface RuntimeMemory {
  context: number; // tokens, as llama.cpp rounds them up
  cacheBytes: number; // keys and values of so many tokens, and states of layers without attention
  workingBytes: number; // scratch of a batch of 512 tokens, about
}

/** What rows that meet one input are rounded by. */
export interface RoundingRequest {
  type: string;
  columns: number;
  feedback: boolean; // before the descent
  passes: number; // of the descent
  kernel: string;
}

/** How the outputs of matrices that meet one input are measured. */
export interface OutputChangeRequest {
  columns: number;
  feedback: boolean; // as of RoundingRequest
  passes: number;
  calibrates: boolean; // false: too few tokens met the input; codes are those of lowest-error
  kernel: string;
}

/** A product of a tile of weights and activations that the core waits for. */
export interface ProductOrder {
  panels: number; // of eight tokens; 0: no product
  rows: number; // of weights
  columns: number;
  stride: number; // floats from one row to the next
  weights: number; // where they lie in the core's memory
  input: number; // changes when the activations do
}

/** A mean, and its standard error. */
export interface Mean {
  value: number;
  error: number;
}

/** A token that may come next. */
export interface Candidate {
  token: number;
  probability: number;
}

/** What was predicted where a scored token stands. What is of the second model means nothing when there was one. */
export interface AnsweredToken {
  probability: number; // of the token that really comes there, in the first model
  secondProbability: number;
  divergence: number; // of the second model's distribution from the first's, in nats
  likely: Candidate[]; // of the first model, the likeliest first, five at most
  secondLikely: Candidate[];
}

/** How well texts were predicted. What compares two models means nothing when there was one. */
export interface AnswerReport {
  tokens: number; // scored
  perplexity: Mean; // e^(mean of -ln p of the tokens that come next)
  secondPerplexity: Mean;
  divergence: Mean; // Kullback-Leibler, of the second model's next-token distributions from the first's, in nats
  divergenceMedian: number;
  divergence99: number; // 99 of 100 tokens have less
  sameTop: Mean; // share of tokens for which both models hold the same one most likely
  kept: Mean; // mean share of its probability that the first model's most likely token has in the second
}

/** How rows of weights are stored. */
export interface WeightForm {
  type: string;
  rowLength: number;
  headRows: number;
  add: number;
}

/** A step as the core's Pass begins it. */
export type StepOrder = Omit<PassStep, 'tiles'> & {
  other?: Omit<PassStep, 'tiles'>; // of another network, whose weights are held against the step's own
  threshold?: number; // what is observed is held against it
};

/** What a Pass is made from. */
export interface PassRequest {
  kernel: string;
  networks: Pick<PassPlan, 'network' | 'workChannels'>[];
  sequences: { tokens: number[]; firstScored: number }[];
}
