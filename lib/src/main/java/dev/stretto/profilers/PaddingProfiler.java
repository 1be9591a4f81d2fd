package dev.stretto.profilers;

import dev.stretto.data.manifest.Cut;
import dev.stretto.samplers.batching.Batch;
import java.util.Iterator;
import java.util.function.Consumer;

/**
 * Measures what anybody's batches waste: a sink for batches that keeps sums only, so that a
 * manifest of any size streams through.
 *
 * <p><strong>The measures</strong> (canary-efficiency, "Example and measure"). A step of B cuts
 * with T_i encoder positions and u_i tokens executes, when {@link BatchLayout.Padded padded}, B *
 * (Tmax, Umax):
 *
 * <ul>
 *   <li>padIn = 1 - sum T_i / sum B*Tmax, padOut = 1 - sum u_i / sum B*Umax;
 *   <li>padCost = 1 - sum cost(T_i, u_i) / sum B*cost(Tmax, Umax), cost in multiply-adds of {@link
 *       SpeechCost}; it splits into the encoder's and the decoder's part;
 *   <li>useful + padCost = 1; memory use = floats of a step / budget; mean batch = cuts / steps;
 *   <li>cutsPerGmac = cuts / (multiply-adds executed / 1e9).
 * </ul>
 *
 * All are ratios of sums over all steps, never means of ratios: a large step counts for what it is.
 *
 * <pre>{@code
 * var profiler = new PaddingProfiler("mine", SpeechCost.small());
 * for (List<Cut> cuts : myOwnSampler) {
 *   profiler.accept(new Batch(cuts, -1));
 * }
 * profiler.report()
 * }</pre>
 *
 * Not thread-safe.
 */
public final class PaddingProfiler implements Consumer<Batch> {
  private final String name;
  private final SpeechCost cost;
  private final BatchLayout execution;
  private final long budget;

  private long cuts;
  private long steps;
  private Work useful = Work.NONE;
  private Work executed = Work.NONE;
  private double maxFloats;
  private Stack stack = Stack.EMPTY;

  /** Positions, multiply-adds of the two halves of the model, and floats kept. */
  private record Work(long in, long out, double encoder, double decoder, double floats) {
    static final Work NONE = new Work(0, 0, 0, 0, 0);

    Work plus(Work other) {
      return new Work(
          in + other.in,
          out + other.out,
          encoder + other.encoder,
          decoder + other.decoder,
          floats + other.floats);
    }

    double macs() {
      return encoder + decoder;
    }
  }

  /** Rows waiting to be one step, with {@link BatchLayout.Rows} only, and their cuts' attention. */
  private record Stack(long rows, long frames, long tokens, Work attention) {
    static final Stack EMPTY = new Stack(0, 0, 0, Work.NONE);

    Stack plus(Stack other) {
      return new Stack(
          rows + other.rows,
          Math.max(frames, other.frames),
          Math.max(tokens, other.tokens),
          attention.plus(other.attention));
    }
  }

  /**
   * A profiler of padded batches without a memory budget.
   *
   * @param name the sampler's name in tables
   * @param cost the model that the batches are for
   */
  public PaddingProfiler(String name, SpeechCost cost) {
    this(name, cost, new BatchLayout.Padded(), 0);
  }

  /**
   * A profiler.
   *
   * @param name the sampler's name in tables
   * @param cost the model that the batches are for
   * @param execution how a batch is laid out
   * @param budget floats the device holds, 0 for none
   */
  public PaddingProfiler(String name, SpeechCost cost, BatchLayout execution, long budget) {
    if (budget < 0) {
      throw new IllegalArgumentException("budget is " + budget + ", expected floats, 0 for none");
    }
    this.name = name;
    this.cost = cost;
    this.execution = execution;
    this.budget = budget;
  }

  /**
   * Profiles padded batches.
   *
   * @param batches all of them are read; take a part of an endless stream
   * @param cost the model that the batches are for
   * @return the report, named "batches"
   */
  public static PaddingReport of(Iterable<Batch> batches, SpeechCost cost) {
    var profiler = new PaddingProfiler("batches", cost);
    batches.forEach(profiler);
    return profiler.report();
  }

  /**
   * Takes so many batches of a stream.
   *
   * @param batches the stream, may be endless
   * @param count how many to take; fewer where the stream ends before
   * @return the report so far
   */
  public PaddingReport take(Iterator<Batch> batches, int count) {
    for (int i = 0; i < count && batches.hasNext(); i++) {
      accept(batches.next());
    }
    return report();
  }

  /**
   * Counts one batch.
   *
   * @param batch any batch
   */
  @Override
  public void accept(Batch batch) {
    Work own = Work.NONE;
    int maxT = 0;
    int maxU = 0;
    for (Cut cut : batch.cuts()) {
      int t = cost.frames(cut);
      int u = cut.tokens();
      maxT = Math.max(maxT, t);
      maxU = Math.max(maxU, u);
      own = own.plus(padded(1, t, u));
    }
    cuts += batch.size();
    useful = useful.plus(own);
    switch (execution) {
      case BatchLayout.Padded _ -> step(padded(batch.size(), maxT, maxU));
      case BatchLayout.Ragged _ -> step(own);
      case BatchLayout.Rows layout -> row(layout, batch, own);
    }
  }

  /** What so many rows of one shape execute. */
  private Work padded(long rows, long t, long u) {
    return new Work(
        rows * t,
        rows * u,
        (double) rows * cost.encoderMacs(t),
        (double) rows * cost.decoderMacs(t, u),
        (double) rows * cost.memory(t, u));
  }

  /** The part of {@link #padded} that grows with the square of a length. */
  private Work attention(long rows, long t, long u) {
    double encoder = (double) rows * cost.attentionMacs(t, 0);
    double decoder = (double) rows * cost.attentionMacs(t, u) - encoder;
    return new Work(0, 0, encoder, decoder, (double) rows * cost.attentionMemory(t, u));
  }

  private void step(Work work) {
    steps++;
    executed = executed.plus(work);
    maxFloats = Math.max(maxFloats, work.floats);
  }

  private void row(BatchLayout.Rows layout, Batch batch, Work own) {
    Work attention = Work.NONE;
    for (Cut cut : batch.cuts()) {
      attention = attention.plus(attention(1, cost.frames(cut), cut.tokens()));
    }
    Stack row = new Stack(1, Math.max(layout.frames(), own.in), own.out, attention);
    Stack more = stack.plus(row);
    if (stack.rows > 0 && work(more, layout).floats > budget) {
      step(work(stack, layout));
      more = row;
    }
    stack = more;
  }

  /** What stacked rows execute: linear parts padded, attention dense or as the cuts have it. */
  private Work work(Stack of, BatchLayout.Rows layout) {
    Work dense = padded(of.rows, of.frames, of.tokens);
    return layout.denseMask()
        ? dense
        : dense.plus(attention(-of.rows, of.frames, of.tokens)).plus(of.attention);
  }

  /**
   * Steps so far; a step that is still being stacked does not count.
   *
   * @return how many
   */
  public long steps() {
    return steps;
  }

  /**
   * What the batches so far waste. With {@link BatchLayout.Rows} this closes the step that is being
   * stacked.
   *
   * @return the report; all shares 0 where nothing came in
   */
  public PaddingReport report() {
    if (stack.rows > 0 && execution instanceof BatchLayout.Rows layout) {
      step(work(stack, layout));
      stack = Stack.EMPTY;
    }
    double macs = executed.macs();
    return new PaddingReport(
        name,
        cuts,
        steps,
        share((double) cuts, (double) steps),
        share((double) (executed.in - useful.in), (double) executed.in),
        share((double) (executed.out - useful.out), (double) executed.out),
        share(macs - useful.macs(), macs),
        share(executed.encoder - useful.encoder, macs),
        share(executed.decoder - useful.decoder, macs),
        budget == 0 ? Double.NaN : share(executed.floats, (double) steps) / budget,
        budget == 0 ? Double.NaN : maxFloats / budget,
        share((double) cuts, macs / 1e9),
        macs,
        maxFloats);
  }

  private static double share(double part, double whole) {
    return whole == 0 ? 0 : part / whole;
  }
}
