/**
 * Sound: WAV files, resampling, the log-mel front end, the seeded speech synthesiser and recorded
 * digits. Samples are plain {@code float[]} in -1..1; only {@link dev.stretto.data.audio.LogMel}
 * touches native memory, and gives its result to the caller's manager.
 */
package dev.stretto.data.audio;
