/**
 * A message without what is another one each time, or at each place: links with their tokens, the address of the house,
 * codes, stamps, and the ends of folded lines.
 */
export function plainText(text: string): string {
  const lines = text.replaceAll('\r\n', '\n');
  return lines
    .replaceAll(/\n[ \t]/g, (fold, place: number) => (isCalendar(lines, place) ? '' : fold))
    .replaceAll(/https?:\/\/[^\s"<>]*?\/(manage|confirm)\/[^\s"<>]*/g, '<link to $1>')
    .replaceAll(/https?:\/\/localhost(:\d+)?/g, '<home>')
    .replaceAll(/\bv1\.[\w-]+\.\d+\.[\w-]+/g, '<token>')
    .replaceAll(/^(DTSTAMP|LAST-MODIFIED|CREATED):.*$/gm, '$1:<stamp>')
    .replaceAll(/(?<![\d+:T])\b\d{6}\b/g, '<code>');
}

/** Whether the place lies in a calendar part, whose long lines are folded. */
function isCalendar(text: string, place: number): boolean {
  const before = text.slice(0, place);
  return before.lastIndexOf('BEGIN:VCALENDAR') > before.lastIndexOf('END:VCALENDAR');
}
