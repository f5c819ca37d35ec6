/** Shows on the terminal what a library tells while it works. */
import type { Listener, Progress } from "../run/listener.ts";
import { percent } from "../run/words.ts";
import { createProgress } from "./progress.ts";
import { complain } from "./terminal.ts";

/** A listener whose display ends with `stop`, or when it is disposed of. */
export interface Shown extends Required<Listener>, Disposable {
  /** Ends the bar, where one is shown. */
  stop: () => void;
}

/** Shows notes and warnings as lines on stderr, a warning only once, and progress as a bar. */
export function showWork(): Shown {
  const warned = new Set<string>();
  let bar: { unit: Progress["unit"]; progress: ReturnType<typeof createProgress> } | undefined;
  let validation: number | null = null;
  const stop = () => {
    bar?.progress.stop();
    bar = undefined;
  };
  return {
    onNote: (sentence) => complain(sentence),
    onWarning(sentence) {
      if (warned.has(sentence)) return;
      warned.add(sentence);
      complain(`warning: ${sentence}`);
    },
    onProgress({ unit, done, total, record }) {
      if (bar?.unit !== unit) {
        stop();
        bar = { unit, progress: createProgress({ total, unit }) };
      }
      validation = record?.validationAccuracy ?? validation;
      if (done > 0) {
        bar.progress.update(
          done,
          record && {
            loss: record.loss.toFixed(3),
            train: percent(record.trainAccuracy),
            ...(validation === null ? {} : { validation: percent(validation) }),
            "images/s": record.imagesPerSecond.toFixed(0),
          },
        );
      }
      if (done === total) stop();
    },
    stop,
    [Symbol.dispose]: stop,
  };
}
