/** The pipeline: source, plan, workers, sink, report. It runs in the page and under Node and knows neither. */
export { type Activations, seeActivations } from './activations';
export { type AnsweredText, answersByToken, answersOf, cutText, evaluateAnswers, tokensFor } from './answers';
export { breath } from './breath';
export { datasetName, inChatTemplate, previewOf, type ChatText, type ChatUse } from './chat';
export { checkImportance, type ImportanceFile } from './importance';
export {
  calibrate,
  calibrateFrom,
  calibrationMemory,
  calibrationPass,
  collectStatistics,
  expectStatistics,
  divideTexts,
  levelFor,
  savedBytes,
  tokensOf,
  type CalibrationProgress,
  type CalibrationTexts,
  type DividedTexts,
} from './calibrate';
export { CalibrationCost } from './calibration-cost';
export { calibratedOf } from './chosen-codes';
export {
  fewestTokens,
  stretchTokens,
  usualTokens,
  type AnswerFigures,
  type CalibratedPart,
  type Calibration,
  type CalibrationAnswers,
  type CalibrationFigures,
  type CalibrationLevel,
} from './calibration';
export { StatisticsFile } from './calibration-file';
export { measureCalibration } from './calibration-answers';
export { productSpeed } from './product-speed';
export { checkFiles, type CheckReport } from './check';
export { compare, type ComparedTensor, type Comparison } from './compare';
export { lookForGpu } from './gpu';
export type { HashedFile } from './hash';
export { extensionOf, withoutExtension } from './file-names';
export { inputMetric, observedTensors, observingPass } from './input-metric';
export { importancePass, makeImportance, type ImportanceWishes } from './make-importance';
export { importanceStatistics, mergeImportance, type MatrixForm } from './merge-importance';
export { measure, type MeasureProgress, type MeasureControls } from './measure';
export { Measurement, readRecipe, recipeFile } from './measurement';
export { chooseFiles, filesBeside, loadCore, openModel, partNames, type CoreOptions } from './model';
export type { ChosenModel, Core, ModelForm, ModelOrigin, OpenedModel, PreparedRun, TakenTensors } from './opened-model';
export { join, openParts, type OpenedPart } from './join';
export { bestKernel, type Kernel } from './kernel';
export { compareGroups, compareNumberFormats, type NumberFormats, type NumberFormatWish } from './number-formats';
export { LevelTrials } from './level-trials';
export { featureRule, outlierFeatures, type InputFeatures, type ObservedMatrix } from './outlier-features';
export {
  findOutliers,
  keptShares,
  type OutlierBasis,
  type OutlierOptions,
  type OutlierReport,
  type TensorOutliers,
} from './outliers';
export {
  LAYER_ROLES,
  passMemory,
  passOperations,
  planPass,
  runPass,
  type PassProgress,
  type PassControls,
  type PassWishes,
} from './pass';
export { Pause } from './pause';
export { hashOfRun, type PartHead, type PartNumber } from './part';
export type { Platform, WorkerPort } from './platform';
export { forNow, Problem, sentenceOf, Stopped } from './problem';
export type { Progress } from './progress';
export type { OutputReport, RunReport, TensorReport } from './report';
export {
  expectInputs,
  expectOutputs,
  filesOf,
  hashFiles,
  makeReceipt,
  parseReceipt,
  verdictOf,
  type Receipt,
  type Verdict,
} from './receipt';
export { run, runPart, type PartReport, type RunOptions } from './run';
export { DiscardSink, type ByteSink, type FinishedFile, type OutputFile } from './sink';
export { analyzeScale, type ScaleAnalysis, type ScaleAnalysisOptions } from './scale-analysis';
export { blobHandle, readText, type SourceHandle } from './source';
export type { StudyProgress, StudyControls } from './study';
export { summarize, summaryRuns, summaryRunWeights } from './summaries';
export type * from './types';
export { readWeights } from './weights';
