// Resolves all future appointments again by the zone rules of the booking service that is asked, through its staff endpoints.

const DAY_MS = 24 * 3_600_000;
/** The longest span of days that the list answers. */
const SPAN_DAYS = 62;
/** Two years are looked through in any case; what lies beyond is, as long as there is something. */
const SPANS = 12;
/** Requests under way at once: enough to be done soon, and no flood. */
const AT_ONCE = 4;
/** Times that a request is sent when the service is busy or limits its rate. */
const TRIES = 6;
const LONGEST_WAIT_MS = 30_000;

/** No token opens the staff endpoints: there is no use in going on. */
export class NotStaff extends Error {
  name = 'NotStaff';
}

/** Nothing answers at the address. */
export class Unreachable extends Error {
  name = 'Unreachable';
}

/** What a request that did not succeed is told as. */
class Refused extends Error {
  name = 'Refused';
}

/**
 * Resolves each appointment again, says what became of it, and answers how many came to what. Who finds the new time taken is
 * asked again as long as others have moved out of the way.
 *
 * `ports` are `url`, `token`, `fetch`, `wait` (milliseconds), `now` (a Date) and `say` (a line).
 */
export async function reResolveAll(ports, { dryRun }) {
  const { say } = ports;
  const counts = { moved: 0, amended: 0, unchanged: 0, 'not-applicable': 0, conflict: 0, failed: 0, unread: 0 };
  const moving = new Set();
  let blocked = [];

  const tell = (answer, note) => {
    counts[answer.outcome] += 1;
    if (answer.outcome === 'moved') moving.add(answer.appointment.appointmentId);
    for (const line of linesOn(answer, note)) say(line);
  };
  const fail = (what, why) => {
    counts.failed += 1;
    say(`failed    ${what}: ${why}`);
  };
  /** Puts by who is blocked, and tells the rest. */
  const take = (answer) => {
    const { outcome, because, appointment } = answer;
    if (outcome === 'conflict' && because === 'taken') blocked.push(answer);
    else if (outcome === 'not-applicable' && because in FAULTS) fail(appointment.appointmentId, FAULTS[because]);
    else tell(answer);
  };
  const ask = async (appointmentId) => {
    try {
      take(await reResolved(ports, appointmentId, dryRun));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      fail(appointmentId, error.message);
    }
  };

  const seen = new Set();
  const unread = (days, why) => {
    counts.unread += 1;
    say(`failed    the appointments of ${days} could not be read: ${why}`);
  };
  for await (const appointments of pages(ports, unread)) {
    // What moved to a later time comes once more on a later page.
    const fresh = appointments.map(({ appointmentId }) => appointmentId).filter((id) => !seen.has(id));
    for (const id of fresh) seen.add(id);
    await eachOf(fresh, ask);
  }

  // Goes on as long as somebody could be taken out of those who are blocked.
  const unblock = async (round) => {
    let before = Infinity;
    for (let latestFirst = true; blocked.length > 0 && blocked.length < before; latestFirst = !latestFirst) {
      const asked = inTime(blocked, latestFirst);
      before = asked.length;
      blocked = [];
      for (const answer of asked) await round(answer);
    }
  };
  // Where all of an agent's day moves, each is in the way of its neighbour: from the right end they all go through at once.
  const askAgain = ({ appointment }) => ask(appointment.appointmentId);
  // A dry run moves nobody, but knows who would be gone.
  const judge = (answer) => {
    const inTheWay = answer.blockedBy ?? [];
    if (inTheWay.length === 0 || !inTheWay.every((id) => moving.has(id))) blocked.push(answer);
    else tell({ ...answer, outcome: 'moved', because: undefined }, `once ${inTheWay.join(', ')} has moved`);
  };
  await unblock(dryRun ? judge : askAgain);
  for (const conflict of inTime(blocked, false)) tell(conflict);

  say(summary(counts, dryRun));
  return counts;
}

function inTime(answers, latestFirst) {
  const sorted = answers.toSorted((a, b) => Date.parse(a.from.startsAt) - Date.parse(b.from.startsAt));
  return latestFirst ? sorted.toReversed() : sorted;
}

/** Future appointments that may still be called, a page at a time; a span that could not be read is told and passed over. */
async function* pages(ports, unread) {
  const first = Date.parse(ports.now.toISOString().slice(0, 10));
  let found = true;
  for (let span = 0; span < SPANS || found; span++) {
    found = false;
    const from = day(first + span * SPAN_DAYS * DAY_MS);
    const to = day(first + ((span + 1) * SPAN_DAYS - 1) * DAY_MS);
    let cursor;
    try {
      do {
        const query = new URLSearchParams({ from, to, timeZone: 'UTC', limit: '100', ...(cursor && { cursor }) });
        const { appointments, next } = await asked(ports, 'GET', `/staff/appointments?${query}`);
        found ||= appointments.length > 0;
        yield appointments.filter(
          ({ status, startsAt }) => status === 'scheduled' && Date.parse(startsAt) > ports.now.getTime(),
        );
        cursor = next;
      } while (cursor);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (span === 0 && !found && error.unanswered) throw new Unreachable(error.message, { cause: error });
      unread(`${from} to ${to}`, error.message);
    }
  }
}

const day = (instant) => new Date(instant).toISOString().slice(0, 10);

async function eachOf(items, work) {
  const rest = [...items];
  const one = async () => {
    for (let item = rest.shift(); item; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

const reResolved = (ports, appointmentId, dryRun) =>
  asked(ports, 'POST', `/staff/appointments/${encodeURIComponent(appointmentId)}/re-resolve`, { dryRun });

/** Every request here may be sent twice: a second time nothing changes. */
async function asked({ url, token, fetch, wait }, method, path, body) {
  for (let tried = 1; ; tried++) {
    let response;
    let text;
    try {
      response = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      });
      text = await response.text();
    } catch (error) {
      if (tried >= TRIES)
        throw Object.assign(new Refused(`no answer (${error.cause?.code ?? error.message})`), { unanswered: true });
      await wait(pauseMs(tried));
      continue;
    }
    if (response.ok) return JSON.parse(text);
    if (response.status === 401 || response.status === 403) throw new NotStaff(String(response.status));
    if (![429, 502, 503, 504].includes(response.status) || tried >= TRIES) throw new Refused(wordsOn(response, text));
    await wait(pauseMs(tried, Number(response.headers.get('retry-after')) * 1000));
  }
}

function pauseMs(tried, wished = 0) {
  return Math.min(LONGEST_WAIT_MS, wished > 0 ? wished : 250 * 2 ** (tried - 1));
}

function wordsOn(response, text) {
  const requestId = response.headers.get('x-request-id');
  const title = /"title":"([^"]*)"/.exec(text)?.[1];
  return [`answered ${response.status}`, title, requestId && `request ${requestId}`].filter(Boolean).join(', ');
}

/** Why an appointment that should have been resolved again could not be. */
const FAULTS = {
  'newer-rules': 'it was made with newer zone rules than this deployment has: deploy those again',
  'unknown-zone': 'these zone rules do not know its time zone',
};

function linesOn({ outcome, because, skipped, blockedBy = [], from, to, appointment }, note) {
  if (outcome === 'unchanged' || outcome === 'not-applicable') return [];
  const { appointmentId, agent, timeZone } = appointment;
  const notes = [
    ...(note ? [note] : []),
    ...(skipped ? [`the agent's clocks skip ${from.localStart.agent.slice(11, 16)} that day`] : []),
    ...(because === 'past' ? ['not moved: the new time has gone by already'] : []),
    ...(because === 'taken' ? [`not moved: the new time is taken by ${blockedBy.join(', ') || 'somebody'}`] : []),
  ];
  const change = (party) => `${shown(from.localStart[party])} -> ${shown(to.localStart[party])}`;
  return [
    `${outcome.padEnd(9)} ${appointmentId}`,
    `          agent   ${change('agent')}  ${agent.timeZone} (${agent.agentId})`,
    `          client  ${change('client')}  ${timeZone}`,
    ...notes.map((words) => `          ${words}`),
  ];
}

/** `2026-12-01 10:00 -08:00` */
function shown(local) {
  const offset = local.slice(19).replace('Z', '+00:00');
  return `${local.slice(0, 10)} ${local.slice(11, 16)} ${offset}`;
}

function summary(counts, dryRun) {
  const { moved, amended, unchanged, conflict, failed } = counts;
  const total = moved + amended + unchanged + conflict + failed + counts['not-applicable'];
  const each = [
    `${moved} ${dryRun ? 'would move' : 'moved'}`,
    `${amended} ${dryRun ? "would change for the client's clock" : "changed for the client's clock"}`,
    `${unchanged} unchanged`,
    ...(counts['not-applicable'] > 0 ? [`${counts['not-applicable']} no longer to be called`] : []),
    `${conflict} in conflict`,
    `${failed} failed`,
  ];
  const unread = counts.unread > 0 ? ' Not all could be read: run it again.' : '';
  return `${total} future ${total === 1 ? 'appointment' : 'appointments'}: ${each.join(', ')}.${unread}`;
}
