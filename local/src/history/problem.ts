/** Something that whoever runs the command can mend: the message says what is wrong and what to do. */
export class CannotDo extends Error {
  override readonly name = 'CannotDo';
}

/** The words of a list, as a sentence has them. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}
