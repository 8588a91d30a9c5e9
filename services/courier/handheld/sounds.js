// One motif per outcome, told apart without looking: rising for right, one flat tone for double, falling for errors.
// Vibration follows the same rhythm.

/** By outcome. */
export const MOTIFS = { // [hertz, milliseconds]; 0 hertz is a rest
  right: [[880, 70], [1320, 110]],
  kept: [[880, 120]],
  double: [[660, 90], [0, 60], [660, 90]],
  not_mine: [[520, 160], [390, 260]],
  wrong_way: [[300, 140], [0, 70], [300, 140], [0, 70], [300, 220]],
  unknown: [[440, 120], [0, 60], [440, 120], [330, 300]],
  superseded: [[700, 90], [500, 90], [700, 90], [500, 240]],
  ended: [[520, 160], [0, 60], [390, 160], [0, 60], [300, 260]],
  void: [[390, 160], [0, 60], [390, 160], [0, 60], [260, 300]],
  wrong: [[220, 420]],
  grave: [[300, 200], [0, 80], [220, 420]],
  finished: [[660, 80], [880, 80], [1100, 80], [1320, 160]],
};
let audio;

/** What was played, newest last; for tests and for people who cannot hear it tells nothing new. */
export const played = [];

/** Plays the motif of an outcome and vibrates with it. A device without either stays silent. */
export function tell(outcome) {
  const motif = MOTIFS[outcome] ?? MOTIFS.wrong;
  played.push(outcome);
  if (played.length > 50) played.shift();
  navigator.vibrate?.(motif.map(([, lasts]) => lasts));
  try {
    audio ??= new AudioContext();
    if (audio.state === "suspended") audio.resume();
    sound(motif);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // no sound device: the picture and the vibration tell
  }
}

function sound(motif) {
  let from = audio.currentTime;
  for (const [hertz, lasts] of motif) {
    const until = from + lasts / 1000;
    if (hertz) {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.type = "square"; // cuts through a sorting hall
      tone.frequency.value = hertz;
      volume.gain.setValueAtTime(0.25, from);
      volume.gain.linearRampToValueAtTime(0, until);
      tone.connect(volume).connect(audio.destination);
      tone.start(from);
      tone.stop(until);
    }
    from = until;
  }
}
