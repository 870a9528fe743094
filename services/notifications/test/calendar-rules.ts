/** What RFC 5545 and RFC 5546 demand of the calendar part of a message, read from the octets themselves, not by a parser that forgives. */

interface ContentLine {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly value: string;
}

/** In a VEVENT at most once (RFC 5545, 3.6.1). */
const ONCE = new Set([
  'DTSTAMP',
  'UID',
  'DTSTART',
  'CLASS',
  'CREATED',
  'DESCRIPTION',
  'GEO',
  'LAST-MODIFIED',
  'LOCATION',
  'ORGANIZER',
  'PRIORITY',
  'SEQUENCE',
  'STATUS',
  'SUMMARY',
  'TRANSP',
  'URL',
  'RECURRENCE-ID',
  'DTEND',
  'DURATION',
]);
const TEXTS = new Set(['SUMMARY', 'DESCRIPTION', 'LOCATION', 'COMMENT', 'UID', 'PRODID']);
const WORDS: Readonly<Record<string, readonly string[]>> = {
  ROLE: ['CHAIR', 'REQ-PARTICIPANT', 'OPT-PARTICIPANT', 'NON-PARTICIPANT'],
  PARTSTAT: ['NEEDS-ACTION', 'ACCEPTED', 'DECLINED', 'TENTATIVE', 'DELEGATED'],
  RSVP: ['TRUE', 'FALSE'],
};
const UTC = /^\d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d|60)Z$/;
const LOCAL = /^\d{8}T\d{6}$/;
const MAILTO = /^mailto:[^\s@:;,"\\]+@[^\s@:;,"\\]+$/i;

/** Every rule that is broken, in words; none where all is well. */
export function faultsIn(calendar: Uint8Array): readonly string[] {
  const faults: string[] = [];
  const demand = (holds: boolean, rule: string) => {
    if (!holds) faults.push(rule);
  };

  const lines = unfolded(calendar, demand).flatMap((line) => {
    const parsed = contentLine(line);
    demand(parsed !== undefined, `is no content line: ${JSON.stringify(line)}`);
    return parsed ? [parsed] : [];
  });
  const stack: string[] = [];
  /** The properties of each component, by its path. */
  const components: { readonly path: string; readonly properties: ContentLine[] }[] = [];
  const open: (typeof components)[number][] = [];
  for (const line of lines) {
    if (line.name === 'BEGIN') {
      stack.push(line.value);
      const component = { path: stack.join('/'), properties: [] };
      components.push(component);
      open.push(component);
    } else if (line.name === 'END') {
      demand(stack.pop() === line.value, `END:${line.value} ends what was not begun`);
      open.pop();
    } else {
      demand(open.length > 0, `${line.name} stands outside of every component`);
      open.at(-1)?.properties.push(line);
    }
  }
  demand(stack.length === 0, `${stack.join()} is never ended`);

  const calendars = components.filter(({ path }) => path === 'VCALENDAR');
  const events = components.filter(({ path }) => path === 'VCALENDAR/VEVENT');
  const zones = components.filter(({ path }) => path === 'VCALENDAR/VTIMEZONE');
  demand(calendars.length === 1, 'there is one VCALENDAR');
  demand(events.length === 1, 'there is one VEVENT');
  const zoneNames = zones.flatMap(({ properties }) =>
    properties.filter(({ name }) => name === 'TZID').map(({ value }) => value),
  );

  for (const { properties } of calendars) {
    const one = (name: string) => properties.filter((line) => line.name === name);
    for (const name of ['PRODID', 'VERSION', 'METHOD']) demand(one(name).length === 1, `VCALENDAR has one ${name}`);
    demand(one('CALSCALE').length <= 1, 'VCALENDAR has CALSCALE at most once');
    demand(one('VERSION')[0]?.value === '2.0', 'VERSION is 2.0');
    const method = one('METHOD')[0]?.value ?? '';
    demand(['REQUEST', 'CANCEL'].includes(method), 'METHOD is REQUEST or CANCEL');
    for (const event of events) checkEvent(event.properties, method, zoneNames, demand);
    if (method === 'CANCEL')
      demand(!components.some(({ path }) => path.endsWith('VALARM')), 'a cancellation rings no alarm');
  }
  return faults;
}

type Demand = (holds: boolean, rule: string) => void;

/** The lines without their folds (RFC 5545, 3.1). */
function unfolded(calendar: Uint8Array, demand: Demand): string[] {
  const octets = Buffer.from(calendar);
  // One octet is one character here: folds and lengths are about octets.
  const physical = octets.toString('latin1').split('\r\n');
  demand(physical.pop() === '', 'the last line ends with CRLF');
  const lines: string[] = [];
  for (const line of physical) {
    demand(!/[\r\n]/.test(line), 'every line ends with CRLF');
    demand(line !== '', 'no line is empty');
    demand(line.length <= 75, `no line is longer than 75 octets: ${line.length}`);
    let text = '';
    try {
      text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(line, 'latin1'));
    } catch {
      demand(false, 'no line is folded inside a character');
    }
    demand(!/[^\P{Cc}\t]/u.test(text), 'there are no control characters');
    if (/^[ \t]/.test(text) && lines.length > 0) lines.push(`${lines.pop() ?? ''}${text.slice(1)}`);
    else lines.push(text);
  }
  return lines;
}

function contentLine(line: string): ContentLine | undefined {
  const match = /^([A-Z0-9-]+)((?:;[A-Z0-9-]+=(?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)*):(.*)$/su.exec(line);
  if (!match) return undefined;
  const [, name = '', parameters = '', value = ''] = match;
  const pairs = [...parameters.matchAll(/;([A-Z0-9-]+)=("[^"]*"|[^";:,]*)/g)].map(
    ([, key = '', said = '']): [string, string] => [key, said.replaceAll('"', '')],
  );
  return { name, parameters: new Map(pairs), value };
}

function checkEvent(
  properties: readonly ContentLine[],
  method: string,
  zoneNames: readonly string[],
  demand: Demand,
): void {
  const all = (name: string) => properties.filter((line) => line.name === name);
  const valueOf = (name: string) => all(name)[0]?.value ?? '';
  for (const { name } of properties) if (ONCE.has(name)) demand(all(name).length === 1, `${name} stands at most once`);
  for (const name of ['UID', 'DTSTAMP', 'ORGANIZER', 'SEQUENCE', 'DTSTART'])
    demand(all(name).length === 1, `VEVENT has ${name}`);

  for (const { name, value } of properties)
    if (TEXTS.has(name)) demand(/^(?:[^\\;,]|\\[\\;,nN])*$/su.test(value), `${name} is escaped`);
  demand(UTC.test(valueOf('DTSTAMP')), 'DTSTAMP is in UTC');
  for (const { name, value, parameters } of properties.filter(
    (line) => line.name === 'DTSTART' || line.name === 'DTEND',
  ))
    demand(
      UTC.test(value) || (LOCAL.test(value) && zoneNames.includes(parameters.get('TZID') ?? '')),
      `${name} is in UTC or of a zone that is described`,
    );
  demand(!(all('DTEND').length > 0 && all('DURATION').length > 0), 'DTEND and DURATION exclude each other');
  demand(all('DTEND').length === 0 || valueOf('DTEND') > valueOf('DTSTART'), 'the end is after the beginning');
  demand(/^\d+$/.test(valueOf('SEQUENCE')), 'SEQUENCE is a whole number');

  const people = [...all('ORGANIZER'), ...all('ATTENDEE')];
  for (const { name, value, parameters } of people) {
    demand(MAILTO.test(value), `${name} is one e-mail address`);
    for (const [parameter, words] of Object.entries(WORDS)) {
      const said = parameters.get(parameter);
      demand(said === undefined || words.includes(said), `${name} has a known ${parameter}`);
    }
  }

  demand(all('REQUEST-STATUS').length === 0, `${method} has no REQUEST-STATUS`);
  demand(all('ATTENDEE').length === 1, 'there is one ATTENDEE');
  if (method === 'REQUEST') {
    demand(all('SUMMARY').length === 1, 'a request has a SUMMARY');
    demand(['CONFIRMED', 'TENTATIVE', ''].includes(valueOf('STATUS')), 'a request is confirmed or tentative');
  } else {
    demand(valueOf('STATUS') === 'CANCELLED', 'a cancellation says CANCELLED');
  }
}
