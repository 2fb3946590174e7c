/** Outlier features in what layers are multiplied with while the model reads a text, as LLM.int8() defines them. */
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import {
  type Activations,
  cutText,
  featureRule,
  inChatTemplate,
  type InputFeatures,
  type OutlierReport,
  type PassControls,
  seeActivations,
  sentenceOf,
  tokensFor,
} from '../../core/index';
import type { Model } from '../engine';
import { type Column, DataTable } from '../parts/data-table';
import { blankTexts, costOf, costWords } from '../state/pass-cost';
import { headFor, runText, textName } from '../state/text';
import { workers } from '../state/workers';
import { texts } from '../../text/texts';
import { integer, percent, plural } from '../../text/units';

const LENGTH = 256;
const STRETCHES = 8;

/** Throws Stopped or Problem. */
export async function activationsOnText(model: Model, controls: PassControls): Promise<Activations> {
  const { text, chat } = await inChatTemplate(model, headFor(await runText(), STRETCHES * LENGTH));
  const texts = cutText(tokensFor([model], text, chat.used), LENGTH, STRETCHES);
  return { ...(await seeActivations(model, texts, featureRule.threshold, controls)), chatTemplate: chat };
}

/** Whether the model reads the text first, and what that takes; nothing where it cannot. */
export function ReadsText({
  model,
  reads,
  onChange,
}: {
  model: Model;
  reads: boolean;
  onChange: (reads: boolean) => void;
}): VNode {
  const cost = useMemo(() => {
    try {
      model.encode(new TextEncoder().encode('Nibble'));
      const wishes = { observe: true, logits: false };
      return costWords(costOf([model], blankTexts(STRETCHES, LENGTH), workers.value, wishes));
    } catch (error) {
      return { why: sentenceOf(error) };
    }
  }, [model, workers.value]);
  if (typeof cost !== 'string') return <span class="small quiet">Activations cannot be looked at. {cost.why}</span>;
  return (
    <label>
      <input type="checkbox" checked={reads} onChange={({ currentTarget }) => onChange(currentTarget.checked)} /> look
      at real activations on {textName.value} <span class="small quiet">{cost}</span>
    </label>
  );
}

interface Row {
  input: InputFeatures['input'];
  ofLayers: number;
  feature: InputFeatures['features'][number];
}

const COLUMNS: Column<Row>[] = [
  { title: 'input of', value: ({ input }) => input, width: 10 },
  { title: 'column', value: ({ feature }) => feature.column, width: 8, numeric: true },
  {
    title: 'layers',
    value: ({ feature }) => feature.layers,
    cell: ({ feature, ofLayers }) => `${feature.layers} of ${ofLayers}`,
    width: 10,
    numeric: true,
    hint: 'In which it reaches the threshold for at least one token',
  },
  {
    title: 'tokens',
    unit: '%',
    value: ({ feature }) => feature.positions,
    cell: ({ feature }) => percent(feature.positions, 1),
    width: 10,
    numeric: true,
    hint: 'Share of the tokens of all layers for which it does',
  },
  {
    title: 'largest',
    value: ({ feature }) => feature.largest,
    cell: ({ feature }) => feature.largest.toFixed(1),
    width: 10,
    numeric: true,
    hint: 'Largest magnitude',
  },
  {
    title: 'of the error',
    unit: '%',
    value: ({ feature }) => feature.errorShare,
    cell: ({ feature }) => percent(feature.errorShare, 2),
    width: 12,
    numeric: true,
    hint: 'Share of the weights’ squared error times E[a²], over all matrices with this input',
  },
];

export function Features({
  found: { threshold, tokens, chatTemplate, inputs },
  type,
}: {
  found: NonNullable<OutlierReport['activations']>;
  type: string;
}): VNode {
  const rows = inputs.flatMap(({ input, ofLayers, features }) =>
    features.map((feature): Row => ({ input, ofLayers, feature })),
  );
  return (
    <>
      <p>
        Outlier features in {plural(tokens, 'token')}
        {chatTemplate?.used && ' in the model’s chat template'}, as LLM.int8() defines them: columns whose activations
        reach {threshold} in at least {percent(featureRule.layers, 0)} of the layers and for at least{' '}
        {percent(featureRule.positions, 0)} of all tokens of all layers.{' '}
        {inputs
          .map(
            ({ input, columns, largest, features, errorShare }) =>
              `Input of ${input}: ${integer(features.length)} of ${plural(columns, 'column')}` +
              `${features.length > 0 ? ` with ${percent(errorShare, 1)} of the error` : ''}, ` +
              `largest activation ${largest.toFixed(1)}`,
          )
          .join('; ')}
        .{chatTemplate && !chatTemplate.used && chatTemplate.why && ` ${chatTemplate.why}`}
      </p>
      {rows.length > 0 && (
        <DataTable
          label="Outlier features"
          file={`outlier-features-${type}`}
          noun={texts().parts.table.features}
          rows={rows}
          columns={() => COLUMNS}
          rowKey={({ input, feature }) => `${input} ${feature.column}`}
          sortBy={{ column: 5, down: true }}
          visible={8}
        />
      )}
    </>
  );
}
