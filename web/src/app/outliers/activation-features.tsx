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
import { coreLang, language, texts } from '../../text/texts';
import { fixed, integer, percent } from '../../text/units';

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
  }, [model, workers.value, language()]);
  const words = texts().outliers.activations;
  if (typeof cost !== 'string')
    return (
      <span class="small quiet">
        {words.cannot} <span {...coreLang(cost.why)}>{cost.why}</span>
      </span>
    );
  return (
    <label>
      <input type="checkbox" checked={reads} onChange={({ currentTarget }) => onChange(currentTarget.checked)} />{' '}
      {words.lookAt(textName.value)} <span class="small quiet">{cost}</span>
    </label>
  );
}

interface Row {
  input: InputFeatures['input'];
  ofLayers: number;
  feature: InputFeatures['features'][number];
}

function columns(): Column<Row>[] {
  const words = texts().outliers.activations;
  return [
    { title: words.input, value: ({ input }) => input, width: 10 },
    { title: words.column, value: ({ feature }) => feature.column, width: 8, numeric: true },
    {
      title: words.layers,
      value: ({ feature }) => feature.layers,
      cell: ({ feature, ofLayers }) => words.layersOf(feature.layers, ofLayers),
      width: 10,
      numeric: true,
      hint: words.layersHint,
    },
    {
      title: words.tokens,
      unit: '%',
      value: ({ feature }) => feature.positions,
      cell: ({ feature }) => percent(feature.positions, 1),
      width: 10,
      numeric: true,
      hint: words.tokensHint,
    },
    {
      title: words.largest,
      value: ({ feature }) => feature.largest,
      cell: ({ feature }) => fixed(feature.largest, 1),
      width: 10,
      numeric: true,
      hint: words.largestHint,
    },
    {
      title: words.error,
      unit: '%',
      value: ({ feature }) => feature.errorShare,
      cell: ({ feature }) => percent(feature.errorShare, 2),
      width: 12,
      numeric: true,
      hint: words.errorHint,
    },
  ];
}

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
  const words = texts().outliers.activations;
  return (
    <>
      <p>
        {(chatTemplate?.used ? words.foundInTurns : words.found)(
          tokens,
          threshold,
          percent(featureRule.layers, 0),
          percent(featureRule.positions, 0),
        )}{' '}
        {words.inputs(
          inputs
            .map(({ input, columns, largest, features, errorShare }) =>
              features.length > 0
                ? words.some(input, integer(features.length), columns, percent(errorShare, 1), fixed(largest, 1))
                : words.none(input, columns, fixed(largest, 1)),
            )
            .join('; '),
        )}
        {chatTemplate && !chatTemplate.used && chatTemplate.why && (
          <span {...coreLang(chatTemplate.why)}> {chatTemplate.why}</span>
        )}
      </p>
      {rows.length > 0 && (
        <DataTable
          label={words.table}
          file={`outlier-features-${type}`}
          noun={texts().parts.table.features}
          rows={rows}
          columns={columns}
          rowKey={({ input, feature }) => `${input} ${feature.column}`}
          sortBy={{ column: 5, down: true }}
          visible={8}
        />
      )}
    </>
  );
}
