/** Browsers still list some cities under the names they had; people look for today's. */
const namedToday: Readonly<Record<string, string>> = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Godthab': 'America/Nuuk',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
  'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
};

/** `America/Argentina/Buenos_Aires` as `America/Argentina/Buenos Aires`, `Asia/Calcutta` as `Asia/Kolkata`. */
export const zoneLabel = (timeZone: string): string => (namedToday[timeZone] ?? timeZone).replaceAll('_', ' ');

/** `America/Argentina/Buenos_Aires` as `Buenos Aires`. */
export const cityOf = (timeZone: string): string => zoneLabel(timeZone).split('/').at(-1) ?? timeZone;

const withoutMarks = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[_/]/g, ' ')
    .trim();

/** Zones whose name contains every word typed; those whose city begins with it come first. */
export function searchZones(zones: readonly string[], typed: string): string[] {
  const words = withoutMarks(typed).split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...zones];
  const beginning = words.join(' ');
  return zones
    .filter((zone) => words.every((word) => withoutMarks(`${zone} ${zoneLabel(zone)}`).includes(word)))
    .toSorted(
      (a, b) =>
        Number(withoutMarks(cityOf(b)).startsWith(beginning)) - Number(withoutMarks(cityOf(a)).startsWith(beginning)),
    );
}

/** The zone's name as people say it ("Eastern Time"), where the browser knows one. */
export function spokenName(timeZone: string, locale: string): string | undefined {
  try {
    const name = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'longGeneric' })
      .formatToParts(new Date(0))
      .find((part) => part.type === 'timeZoneName')?.value;
    return name === undefined || /^(GMT|UTC)[+−-]?/.test(name) ? undefined : name;
  } catch {
    // A zone newer than the browser has no spoken name here; its IANA name says enough.
    return undefined;
  }
}

/** The visitor's zone, or UTC when the browser will not say. */
export function visitorZone(): string {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return timeZone === undefined || timeZone === 'Etc/Unknown' ? 'UTC' : timeZone;
}

export function allZones(): string[] {
  return [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])].toSorted((a, b) => a.localeCompare(b));
}
