import { describe, expect, it } from '@jest/globals';
import type { Metafile } from 'esbuild';
import { bytesOwedTo, excesses } from '../../scripts/budgets.mjs';

/** A bundle of the handler `entry`: what each file asks for, and how many bytes of it are in the bundle. */
function bundleOf(
  files: Readonly<Record<string, { readonly asks?: readonly string[]; readonly bytes: number }>>,
): Metafile {
  const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
  return {
    inputs: Object.fromEntries(
      Object.entries(files).map(([file, { asks = [] }]) => [
        file,
        { bytes: 0, imports: asks.map((path) => ({ path, kind: 'import-statement' as const })) },
      ]),
    ),
    outputs: {
      'index.js': {
        bytes,
        imports: [],
        exports: [],
        entryPoint: 'entry.ts',
        inputs: Object.fromEntries(
          Object.entries(files).map(([file, { bytes: bytesInOutput }]) => [file, { bytesInOutput }]),
        ),
      },
    },
  };
}
const KB = 1024;

describe('what a bundle owes to a package', () => {
  it('is the package and what only it asks for, not what others ask for too', () => {
    const bundle = bundleOf({
      'entry.ts': { asks: ['../node_modules/twilio/voice.js', '../node_modules/shared/index.js'], bytes: 1 },
      '../node_modules/twilio/voice.js': {
        asks: ['../node_modules/xmlbuilder/index.js', '../node_modules/shared/index.js'],
        bytes: 10,
      },
      '../node_modules/xmlbuilder/index.js': { asks: ['../node_modules/xmlbuilder/node.js'], bytes: 100 },
      '../node_modules/xmlbuilder/node.js': { asks: ['../node_modules/xmlbuilder/index.js'], bytes: 1000 },
      '../node_modules/shared/index.js': { bytes: 10_000 },
    });

    expect(bytesOwedTo('twilio', bundle)).toBe(1110);
    expect(bytesOwedTo('shared', bundle)).toBe(10_000);
    expect(bytesOwedTo('twilio-simulator', bundle)).toBe(0);
  });
});

describe('a budget', () => {
  it('is kept by a bundle that has exactly as much', () => {
    expect(excesses('booking/get-appointment', bundleOf({ 'entry.ts': { bytes: 700 * KB } }))).toEqual([]);
  });

  it('names the bundle, its size, its budget and what is heaviest in it when it is exceeded', () => {
    const bundle = bundleOf({
      'entry.ts': { asks: ['../node_modules/@aws-sdk/core/index.js'], bytes: 10 * KB },
      '../node_modules/@aws-sdk/core/index.js': { bytes: 690 * KB + 1 },
    });

    expect(excesses('booking/get-appointment', bundle)).toEqual([
      'booking/get-appointment has 701 KB, and its budget is 700 KB',
      'the heaviest in booking/get-appointment: @aws-sdk/core 691 KB, our own code 10 KB',
    ]);
  });

  it('holds Twilio’s own share apart from the rest', () => {
    const twilio = (kb: number) =>
      bundleOf({
        'entry.ts': { asks: ['../node_modules/twilio/lib/twiml/VoiceResponse.js'], bytes: 1 },
        '../node_modules/twilio/lib/twiml/VoiceResponse.js': { bytes: kb * KB },
      });

    expect(excesses('telephony/answer-call', twilio(91))[0]).toBe(
      "Twilio's share of telephony/answer-call has 91 KB, and its budget is 90 KB",
    );
    expect(excesses('telephony/dial', twilio(91))).toEqual([]);
    expect(excesses('telephony/dial', twilio(336))[0]).toMatch(/336 KB, and its budget is 335 KB/);
  });
});
