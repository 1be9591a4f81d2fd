package dev.stretto.profilers;

import dev.stretto.figures.Tables;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import tech.tablesaw.api.Table;

/**
 * RTFx: seconds of audio per second of wall time, a ratio of sums over the whole set. Loading is
 * excluded (the audio is in memory), log-mel is included (the recogniser is given samples), the
 * batch size is stated. Systems are timed against each other, round by round ({@link
 * InterleavedTimer}). A recogniser of one's own:
 *
 * <pre>{@code
 * new RtfxProfiler<float[]>(wave -> wave.length / 16e3)
 *     .add("mine", 1, waves, batch -> mine.transcribe(batch))
 *     .add("mine", 16, waves, batch -> mine.transcribe(batch))
 *     .run(2, 7)
 * }</pre>
 *
 * @param <A> one utterance in memory
 */
public final class RtfxProfiler<A> {
  private record Entry(String name, int batch, double audio) {}

  private final ToDoubleFunction<A> duration;
  private final InterleavedTimer timer = new InterleavedTimer();
  private final Map<String, Entry> systems = new LinkedHashMap<>();

  /**
   * A profiler.
   *
   * @param duration seconds of an utterance
   */
  public RtfxProfiler(ToDoubleFunction<A> duration) {
    this.duration = duration;
  }

  /**
   * Adds a system at a batch size; utterances are taken in their order.
   *
   * @param name of the system; with the batch size unique
   * @param batch utterances a call, 1 or more; the last call may have fewer
   * @param audio the set
   * @param recognise from samples to text
   * @return this
   */
  public RtfxProfiler<A> add(String name, int batch, List<A> audio, Consumer<List<A>> recognise) {
    double seconds = audio.stream().mapToDouble(duration).sum();
    if (batch < 1 || !(seconds > 0)) {
      throw new IllegalArgumentException(
          "system '%s' has batch %d over %s s of audio, expected 1 or more over some"
              .formatted(name, batch, seconds));
    }
    String key = name + " at batch " + batch;
    timer.add(
        key,
        () -> {
          for (int from = 0; from < audio.size(); from += batch) {
            recognise.accept(audio.subList(from, Math.min(from + batch, audio.size())));
          }
        });
    systems.put(key, new Entry(name, batch, seconds));
    return this;
  }

  /**
   * Times all systems.
   *
   * @param warmUps rounds that are not timed, 2 for a criterion
   * @param rounds timed rounds, 7 for a criterion
   * @return columns system, batch, audioSeconds, wallSeconds (median), rtfx, spread (quartile
   *     distance over median), speedup (over the first row: its time over this one's, the median of
   *     quotients within a round, times the ratio of audio)
   */
  public Table run(int warmUps, int rounds) {
    InterleavedTimer.Timings times = timer.run(warmUps, rounds);
    String first = systems.keySet().iterator().next();
    double audio = systems.get(first).audio;
    return Tables.rows(systems.entrySet())
        .column("system", e -> e.getValue().name)
        .column("batch", e -> e.getValue().batch)
        .column("audioSeconds", e -> e.getValue().audio)
        .column("wallSeconds", e -> times.median(e.getKey()))
        .column("rtfx", e -> e.getValue().audio / times.median(e.getKey()))
        .column("spread", e -> times.spread(e.getKey()))
        .column("speedup", e -> times.ratio(first, e.getKey()) * e.getValue().audio / audio)
        .table("rtfx");
  }
}
