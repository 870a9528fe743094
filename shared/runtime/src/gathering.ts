interface Waiting<Ask, Answer> {
  readonly ask: Ask;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers what is asked for at about the same time into one call, as a database gathers commits: what is asked in one turn
 * of the event loop goes together, and what is asked while a call is under way goes with the next. Nobody waits for a timer.
 *
 * `pick` says how many of those waiting, and which, go in the next call: it resolves their places, at least one, in order.
 * `run` answers each of them, or rejects for all.
 */
export function gathering<Ask, Answer>(
  pick: (asks: readonly Ask[]) => readonly number[],
  run: (asks: readonly Ask[]) => Promise<readonly PromiseSettledResult<Answer>[]>,
): (ask: Ask) => Promise<Answer> {
  let waiting: Waiting<Ask, Answer>[] = [];
  let isUnderWay = false;

  const next = async (): Promise<void> => {
    let going = waiting;
    try {
      const places = new Set(pick(waiting.map(({ ask }) => ask)));
      going = waiting.filter((_, place) => places.has(place));
      waiting = waiting.filter((_, place) => !places.has(place));
      const answers = await run(going.map(({ ask }) => ask));
      going.forEach(({ resolve, reject }, place) => {
        const answer = answers[place];
        if (answer?.status === 'fulfilled') resolve(answer.value);
        else reject(answer?.reason ?? new Error('nothing was answered'));
      });
    } catch (error) {
      // Whoever could not even be picked is told too, and waits for no next call.
      waiting = waiting.filter((each) => !going.includes(each));
      for (const { reject } of going) reject(error);
    }
  };

  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      // The rest of this turn of the event loop goes along, and what the last answers lead to.
      await new Promise((resolve) => setImmediate(resolve));
      await next();
    }
    isUnderWay = false;
  };

  return (ask) =>
    new Promise((resolve, reject) => {
      waiting.push({ ask, resolve, reject });
      if (isUnderWay) return;
      isUnderWay = true;
      void work();
    });
}
