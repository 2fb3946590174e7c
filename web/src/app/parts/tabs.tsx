/** Views of one thing, of which one shows at a time: tabs as ARIA describes them. */
import type { ComponentChildren, VNode } from 'preact';
import { useId, useRef } from 'preact/hooks';

export interface Tab<T extends string> {
  value: T;
  label: string;
  /** Drawn when the tab is first opened; from then on it stays, with its state. */
  render: () => ComponentChildren;
}

/** The arrow keys go from tab to tab, Home and End to the first and the last; what has the focus is open. */
export function Tabs<T extends string>({
  label,
  tabs,
  value: wanted,
  onChange,
  beside,
  above,
  className = '',
  eager = false,
}: {
  label: string;
  tabs: readonly Tab<T>[];
  /** The tab that is open; the first, where there is none of this name. */
  value: T;
  onChange: (value: T) => void;
  /** What stands at the end of the row of tabs. */
  beside?: ComponentChildren;
  /** What stands between the tabs and what they show. */
  above?: ComponentChildren;
  className?: string;
  /** Whether all are drawn from the start. */
  eager?: boolean;
}): VNode {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const seen = useRef(new Set<T>());
  const at = Math.max(
    0,
    tabs.findIndex((tab) => tab.value === wanted),
  );
  const value = tabs[at]?.value ?? wanted;
  seen.current.add(value);
  const open = (index: number) => {
    const tab = tabs[index];
    if (!tab) return;
    onChange(tab.value);
    list.current?.querySelectorAll<HTMLElement>('[role="tab"]')[index]?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = {
      ArrowRight: (at + 1) % tabs.length,
      ArrowLeft: (at + tabs.length - 1) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    open(next);
  };
  return (
    <div class={`tabs ${className}`}>
      <div class="tabs-top">
        <div class="tab-list" role="tablist" aria-label={label} ref={list} onKeyDown={onKeyDown}>
          {tabs.map((tab) => (
            <button
              key={tab.value}
              type="button"
              role="tab"
              class="tab"
              id={`${id}-tab-${tab.value}`}
              aria-selected={tab.value === value}
              aria-controls={`${id}-panel-${tab.value}`}
              tabIndex={tab.value === value ? 0 : -1}
              onClick={() => onChange(tab.value)}
            >
              {tab.label}
            </button>
          ))}
        </div>
        {beside && <div class="tabs-beside">{beside}</div>}
      </div>
      {above}
      {tabs.map((tab) => (
        <div
          key={tab.value}
          role="tabpanel"
          class="tab-panel"
          id={`${id}-panel-${tab.value}`}
          aria-labelledby={`${id}-tab-${tab.value}`}
          hidden={tab.value !== value}
        >
          {(eager || seen.current.has(tab.value)) && tab.render()}
        </div>
      ))}
    </div>
  );
}
