/** Whole seconds in hours, minutes and seconds, the empty ones left out: `[[1, 'hours'], [5, 'seconds']]`. */
export function durationParts(seconds: number): [number, 'hours' | 'minutes' | 'seconds'][] {
  const whole = Math.max(0, Math.round(seconds));
  const parts: [number, 'hours' | 'minutes' | 'seconds'][] = [
    [Math.floor(whole / 3600), 'hours'],
    [Math.floor((whole % 3600) / 60), 'minutes'],
    [whole % 60, 'seconds'],
  ];
  const told = parts.filter(([count]) => count > 0);
  return told.length > 0 ? told : [[0, 'seconds']];
}
