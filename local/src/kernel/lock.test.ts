import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { FolderInUseError, livingProcess, lockFolder, noteProcess } from './lock';

const inFolder = (test: (folder: string) => void) => {
  const folder = mkdtempSync(join(tmpdir(), 'lock-'));
  try {
    test(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

describe('the lock of a state folder', () => {
  it('lets one process own the folder, and is gone when it is given back', () => {
    inFolder((folder) => {
      const release = lockFolder(folder);

      expect(() => lockFolder(folder)).toThrow(FolderInUseError);
      release();
      expect(existsSync(join(folder, 'lock'))).toBe(false);
      lockFolder(folder)();
    });
  });

  it('is taken over from a process that is gone', () => {
    inFolder((folder) => {
      writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: 2 ** 22 + 1, startedAt: '1' }));

      expect(() => lockFolder(folder)()).not.toThrow();
    });
  });

  it('is taken over when the number now belongs to another process, or the file was torn', () => {
    inFolder((folder) => {
      writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: process.pid, startedAt: '1' }));
      lockFolder(folder)();
      writeFileSync(join(folder, 'lock'), '{"pid":');

      expect(() => lockFolder(folder)()).not.toThrow();
    });
  });

  it('knows a process again that was noted', () => {
    inFolder((folder) => {
      noteProcess(join(folder, 'engine'), process.pid);

      expect(livingProcess(join(folder, 'engine'))).toBe(process.pid);
      expect(livingProcess(join(folder, 'none'))).toBeUndefined();
    });
  });
});
