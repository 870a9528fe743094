// Runs before the bundles are built, and writes what they embed: the words said on the phone (committed, written only when they
// changed), and the hold music: eight seconds of a quiet chord pattern as 8 kHz µ-law, which is what a telephone carries anyway.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate } from './compile-words.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const words = join(here, 'src/app/words.generated.ts');
const generated = generate(join(here, 'words'));
if (!existsSync(words) || readFileSync(words, 'utf8') !== generated) writeFileSync(words, generated);

const RATE = 8000;
const NOTE_SECONDS = 0.5;
/** A slow arpeggio over four chords, in Hz; it ends where it begins, so that the loop has no seam. */
const NOTES = [
  261.63, 329.63, 392, 329.63, 220, 261.63, 329.63, 261.63, 174.61, 220, 261.63, 220, 196, 246.94, 293.66, 246.94,
];
const LOUDNESS = 0.16;

/** ITU-T G.711 µ-law of a sample between -1 and 1. */
function muLaw(sample) {
  const BIAS = 0x84;
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(32_635, Math.round(Math.abs(sample) * 32_767)) + BIAS;
  const exponent = Math.floor(Math.log2(magnitude)) - 7;
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

const samples = Buffer.alloc(RATE * NOTE_SECONDS * NOTES.length);
for (let index = 0; index < samples.length; index++) {
  // Each note rings on into the two that follow it, around the end of the loop too.
  let value = 0;
  for (let back = 0; back < 3; back++) {
    const place = Math.floor(index / (RATE * NOTE_SECONDS)) - back;
    const frequency = NOTES[(place + NOTES.length) % NOTES.length];
    const seconds = index / RATE - place * NOTE_SECONDS;
    const attack = Math.min(1, seconds / 0.02);
    const release = Math.min(1, Math.max(0, (NOTE_SECONDS * 3 - seconds) / 0.1));
    const envelope = attack * release * Math.exp(-2.2 * seconds);
    value +=
      envelope * (Math.sin(2 * Math.PI * frequency * seconds) + 0.25 * Math.sin(4 * Math.PI * frequency * seconds));
  }
  samples[index] = muLaw(LOUDNESS * value);
}

const header = Buffer.alloc(58);
header.write('RIFF', 0);
header.writeUInt32LE(50 + samples.length, 4);
header.write('WAVEfmt ', 8);
header.writeUInt32LE(18, 16);
header.writeUInt16LE(7, 20); // µ-law
header.writeUInt16LE(1, 22);
header.writeUInt32LE(RATE, 24);
header.writeUInt32LE(RATE, 28);
header.writeUInt16LE(1, 32);
header.writeUInt16LE(8, 34);
header.writeUInt16LE(0, 36);
header.write('fact', 38);
header.writeUInt32LE(4, 42);
header.writeUInt32LE(samples.length, 46);
header.write('data', 50);
header.writeUInt32LE(samples.length, 54);

const file = join(here, 'assets', 'hold-music.wav');
mkdirSync(dirname(file), { recursive: true });
if (!existsSync(file)) writeFileSync(file, Buffer.concat([header, samples]));
