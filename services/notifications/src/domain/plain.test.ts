import { expect, it } from '@jest/globals';
import { plainLine, plainText } from './plain';

it('a line keeps no control character, line end or turned direction', () => {
  expect(plainLine('Ada\r\nBcc: x@y.z\u0000\u001b[31m \u202egnp.exe\u2028!')).toBe('Ada Bcc: x@y.z [31m gnp.exe !');
});

it('a line keeps every letter of every script', () => {
  expect(plainLine("Zoë O'Brien-Łukasz 李雷 عمر 👩‍💻")).toBe("Zoë O'Brien-Łukasz 李雷 عمر 👩‍💻");
});

it('a text keeps its lines and nothing else that is invisible', () => {
  expect(plainText('one\r\ntwo\rthree\u2028four\n\n\u0007five ')).toBe('one\ntwo\nthree\nfour\n\n five');
});
