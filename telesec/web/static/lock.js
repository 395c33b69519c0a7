/* The lock screen: says that something urgent waits, and sounds. It knows a level and nothing else. */
(() => {
  "use strict";
  const EVERY = { vital: 3000, urgent: 15000, ringing: 6000 };
  let sound = null;
  let timer = 0;
  let now = "";

  function beep(pitch) {
    try {
      sound = sound || new AudioContext();
      if (sound.state === "suspended") sound.resume();
      const tone = sound.createOscillator();
      const loud = sound.createGain();
      tone.frequency.value = pitch;
      loud.gain.setValueAtTime(0.25, sound.currentTime);
      loud.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + 0.6);
      tone.connect(loud).connect(sound.destination);
      tone.start();
      tone.stop(sound.currentTime + 0.6);
    } catch { /* no sound card: the words remain */ }
  }

  function say(what) {
    const place = document.getElementById("waiting");
    if (!place || what === now) return;
    now = what;
    clearInterval(timer);
    place.textContent = what ? place.dataset[what] : "";
    place.hidden = !what;
    document.title = what ? place.dataset[what] : place.dataset.title;
    if (!what) return;
    const pitch = what === "vital" ? 880 : 520;
    beep(pitch);
    timer = setInterval(() => beep(pitch), EVERY[what]);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const stream = new EventSource("/lock/live");
    stream.addEventListener("state", (event) => {
      const heard = JSON.parse(event.data);
      say(heard.level === "vital" ? "vital" : heard.ringing ? "ringing" : heard.level);
    });
    stream.addEventListener("ended", () => { stream.close(); location.assign("/"); });
    document.addEventListener("keydown", () => sound?.resume(), { once: true });
  });
})();
