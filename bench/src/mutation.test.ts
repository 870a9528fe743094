import { describe, expect, it } from '@jest/globals';
import { inWords, scoreOf } from './mutation';

const mutant = (status: string, more: object = {}) => ({
  mutatorName: 'BooleanLiteral',
  replacement: 'false',
  status,
  location: { start: { line: 1, column: 1 }, end: { line: 1, column: 5 } },
  ...more,
});

describe('the mutation score', () => {
  it('is the per cent noticed of the faults that could be', () => {
    expect(scoreOf([mutant('Killed'), mutant('Timeout'), mutant('Survived'), mutant('NoCoverage')])).toBe(50);
  });

  it('does not count what was ignored, or never ran', () => {
    expect(scoreOf([mutant('Killed'), mutant('Ignored'), mutant('CompileError'), mutant('RuntimeError')])).toBe(100);
  });

  it('is none where there is nothing to notice', () => {
    expect(scoreOf([mutant('Ignored')])).toBeNaN();
  });
});

describe('a fault that was not noticed', () => {
  it('is told by its place and what it changed', () => {
    const source = 'const a = 1;\nif (a > 0) return true;\n';
    const location = { start: { line: 2, column: 5 }, end: { line: 2, column: 10 } };

    expect(inWords('a.ts', source, mutant('Survived', { location, replacement: 'a >= 0' }))).toBe(
      'a.ts:2:5 Survived: a > 0 → a >= 0',
    );
  });

  it('is told in one line where it has several', () => {
    const source = 'if (ready) {\n  go();\n} else stay();\n';
    const location = { start: { line: 1, column: 12 }, end: { line: 3, column: 2 } };

    expect(inWords('a.ts', source, mutant('NoCoverage', { location, replacement: '{}' }))).toBe(
      'a.ts:1:12 NoCoverage: { go(); } → {}',
    );
  });
});
