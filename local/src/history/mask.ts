import { ALL_EVENTS } from '@appointments/events';
import type { Envelope } from './envelope';
import { CannotDo } from './problem';

/** Numbers 555-0100 to 555-0199 are kept for fiction in every area; the first area is the one our own examples use. */
const AREAS = ['202', '206', '212', '213', '303', '305', '312', '404', '415', '617', '703'];
const PER_AREA = 100;

const PERSONAL = new Map<string, readonly string[]>(
  ALL_EVENTS.map(({ detailType, personal }) => [detailType, personal]),
);

/** What stands for a value: the same for the same value, another for another. */
function stand(make: (serial: number) => string) {
  const known = new Map<string, string>();
  return {
    known,
    of: (value: string): string => {
      const key = value.toLowerCase();
      const mask = known.get(key) ?? make(known.size);
      known.set(key, mask);
      return mask;
    },
  };
}

function fictionalNumber(serial: number): string {
  const area = AREAS[Math.floor(serial / PER_AREA)];
  if (area === undefined)
    throw new CannotDo(
      `These events name more than ${AREAS.length * PER_AREA} numbers, and there are no more fictional ones: narrow the window, or say --appointment.`,
    );
  return `+1${area}55501${String(serial % PER_AREA).padStart(2, '0')}`;
}

/**
 * Puts something else in the place of whatever a contract marks as personal: names, addresses, numbers, what people wrote.
 * The same value always becomes the same; times, zones and ids stay, so that the case is the same case.
 */
export function masked(events: readonly Envelope[]): Envelope[] {
  const names = stand((serial) => `Person ${serial + 1}`);
  const emails = stand((serial) => `person${serial + 1}@example.com`);
  const numbers = stand(fictionalNumber);
  const texts = stand((serial) => `Text ${serial + 1}`);
  const byField: Readonly<Record<string, ReturnType<typeof stand>>> = { name: names, email: emails, phone: numbers };

  const at = (value: unknown, path: readonly string[], field: string): unknown => {
    const [step, ...rest] = path;
    if (Array.isArray(value)) return value.map((item: unknown) => at(item, path, field));
    if (step === undefined) return typeof value === 'string' ? (byField[field] ?? texts).of(value) : value;
    if (!isRecord(value) || !(step in value)) return value;
    return { ...value, [step]: at(value[step], rest, field) };
  };

  const byContract = events.map((event): Envelope => {
    const { data } = event.detail;
    const paths = PERSONAL.get(event['detail-type']);
    if (data === undefined || paths === undefined) {
      throw new CannotDo(
        `Of ${event['detail-type']} from ${event.source} nobody here knows what is personal, so it cannot be masked: leave it out with --event.`,
      );
    }
    const hidden = paths.reduce<unknown>((value, path) => {
      const steps = path.replaceAll('[]', '').split('.');
      return at(value, steps, steps.at(-1) ?? '');
    }, data);
    return { ...event, detail: { ...event.detail, data: isRecord(hidden) ? hidden : {} } };
  });
  // What somebody put where no contract expects it goes too: an address in a provider's words, say.
  const strays = new Map([...emails.known, ...numbers.known].filter(([value]) => value.length > 5));
  // All at once: what stands for one may be what another was.
  const pattern = new RegExp([...strays.keys()].map(literally).join('|') || '(?!)', 'gi');
  const swept = (value: unknown): unknown => {
    if (typeof value === 'string')
      return value.replaceAll(pattern, (original) => strays.get(original.toLowerCase()) ?? original);
    if (Array.isArray(value)) return value.map(swept);
    if (!isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, isMask(each) ? each : swept(each)]));
  };
  const masks = new Set([names, emails, numbers, texts].flatMap(({ known }) => [...known.values()]));
  const isMask = (value: unknown) => typeof value === 'string' && masks.has(value);
  return byContract.map((event) => {
    const data = swept(event.detail.data);
    return { ...event, detail: { ...event.detail, data: isRecord(data) ? data : {} } };
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function literally(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
