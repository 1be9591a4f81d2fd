package dev.stretto.training;

import java.io.PrintStream;
import java.util.Locale;

/** Who is told how a training gets on. */
public interface Progress {
  /**
   * Where a training stands.
   *
   * @param step steps done
   * @param share of the budget that is spent, 0 to 1
   * @param loss of the last step
   * @param tokensPerSecond since the start
   * @param secondsLeft estimated from the speed so far
   */
  record Status(long step, double share, double loss, double tokensPerSecond, double secondsLeft) {}

  /**
   * Called after each step.
   *
   * @param status where the training stands
   * @param last true at the end
   */
  void update(Status status, boolean last);

  /** {@return one that tells nobody} */
  static Progress silent() {
    return (status, last) -> {};
  }

  /** {@return a line on standard output, rewritten at most twice a second; the last one stays} */
  static Progress console() {
    return new Progress() {
      private long shown = System.nanoTime() - 500_000_000L;

      @Override
      public void update(Status status, boolean last) {
        long now = System.nanoTime();
        if (last || now - shown >= 500_000_000L) {
          shown = now;
          print(System.out, status, last);
        }
      }
    };
  }

  private static void print(PrintStream out, Status status, boolean last) {
    int done = (int) Math.round(20 * Math.min(1, status.share()));
    out.printf(
        Locale.ROOT,
        "\r[%s%s] %3.0f %%  step %d  loss %.4f  %.0f tokens/s  %s%s",
        "=".repeat(done),
        " ".repeat(20 - done),
        100 * Math.min(1, status.share()),
        status.step(),
        status.loss(),
        status.tokensPerSecond(),
        last ? "done    " : "%.0f s left    ".formatted(status.secondsLeft()),
        last ? System.lineSeparator() : "");
    out.flush();
  }
}
