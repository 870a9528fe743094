// How large a bundle may be. Every KB is read and compiled at each cold start, so a build that goes beyond fails.

/** KB (1,024 bytes) by service and handler. */
const BUNDLE_KB = {
  // The client for calls, and libphonenumber's whole metadata.
  'telephony/dial': 950,
  // Templates, MIME composer and calendar.
  'notifications/send-messages': 850,
  // The client for schedules; of these two, planning alone carries the rules of time zones.
  'scheduler/plan-wake-ups': 560,
  'scheduler/compare-schedules': 530,
  'scheduler/sweep-wake-ups': 490,
  'scheduler/hand-over': 490,
  'scheduler/wake-up': 490,
};
/** A function with an AWS client, zod and Powertools. */
const USUAL_KB = 700;

/** KB that Twilio's SDK, and what only it needs, may have of a bundle. */
const TWILIO_KB = { 'telephony/dial': 335 };
/** Signatures and TwiML. */
const USUAL_TWILIO_KB = 90;

export function budgetsOf(bundle) {
  return { kb: BUNDLE_KB[bundle] ?? USUAL_KB, twilioKb: TWILIO_KB[bundle] ?? USUAL_TWILIO_KB };
}

function outputOf(metafile) {
  const [output] = Object.values(metafile.outputs);
  if (!output) throw new Error('the metafile tells of no bundle');
  return output;
}

function packageOf(file) {
  const [, name] = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file) ?? [];
  return name;
}

/** How many bytes of a bundle are there for `name` alone: the package's own, and those of what nothing else in the bundle asks for. */
export function bytesOwedTo(name, metafile) {
  const { inputs, entryPoint } = outputOf(metafile);
  const needed = new Set();
  const follow = (file) => {
    if (needed.has(file) || packageOf(file) === name) return;
    needed.add(file);
    for (const { path } of metafile.inputs[file]?.imports ?? []) follow(path);
  };
  follow(entryPoint);
  return Object.entries(inputs).reduce(
    (sum, [file, { bytesInOutput }]) => sum + (needed.has(file) ? 0 : bytesInOutput),
    0,
  );
}

/** What exceeds its budget in a bundle, in words; nothing where nothing does. */
export function excesses(bundle, metafile) {
  const budgets = budgetsOf(bundle);
  const found = [];
  const check = (what, bytes, budget) => {
    if (bytes > budget * 1024) found.push(`${what} has ${kb(bytes)} KB, and its budget is ${budget} KB`);
  };
  check(bundle, outputOf(metafile).bytes, budgets.kb);
  check(`Twilio's share of ${bundle}`, bytesOwedTo('twilio', metafile), budgets.twilioKb);
  if (found.length > 0) found.push(`the heaviest in ${bundle}: ${heaviest(metafile).join(', ')}`);
  return found;
}

const kb = (bytes) => Math.ceil(bytes / 1024);

function heaviest(metafile) {
  const bytes = {};
  for (const [file, { bytesInOutput }] of Object.entries(outputOf(metafile).inputs)) {
    const name = packageOf(file) ?? 'our own code';
    bytes[name] = (bytes[name] ?? 0) + bytesInOutput;
  }
  return Object.entries(bytes)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 6)
    .map(([name, own]) => `${name} ${kb(own)} KB`);
}
