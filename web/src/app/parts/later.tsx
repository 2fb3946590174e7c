/** Long views are drawn in pieces, so that none of them keeps the page busy for long. */
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { breath } from '../../core/index';

/** Draws its children in a task of their own, so many tasks after what is around them. */
export function Later({ tasks, children }: { tasks: number; children: ComponentChildren }): VNode | null {
  const [here, setHere] = useState(false);
  useEffect(() => {
    let gone = false;
    const wait = async () => {
      for (let passed = 0; passed < tasks; passed += 1) await breath();
      if (!gone) setHere(true);
    };
    void wait();
    return () => {
      gone = true;
    };
  }, []);
  return here ? <>{children}</> : null;
}
