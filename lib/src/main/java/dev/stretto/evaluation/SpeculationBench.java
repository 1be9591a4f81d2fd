package dev.stretto.evaluation;

import ai.djl.ndarray.NDManager;
import dev.stretto.figures.Tables;
import dev.stretto.models.Cost;
import dev.stretto.models.TokenModel;
import dev.stretto.models.TokenTree;
import dev.stretto.profilers.AcceptanceProfiler;
import dev.stretto.profilers.InterleavedTimer;
import dev.stretto.profilers.WorkProfiler;
import dev.stretto.profilers.WorkProfiler.Role;
import dev.stretto.profilers.WorkProfiler.Work;
import dev.stretto.samplers.decoding.Acceptance;
import dev.stretto.samplers.decoding.Decoder.Options;
import dev.stretto.samplers.decoding.DecodingRandom;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.NodeDistributions;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.samplers.decoding.SpeculativeDecoder.Run;
import dev.stretto.samplers.decoding.Verifier;
import dev.stretto.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import tech.tablesaw.api.Table;

/**
 * Speculative methods beside plain decoding: same target, prompts, limits and stopping. What can be
 * counted is counted once ({@link #count}); time is a ratio to plain decoding in the same round
 * ({@link #race}). Plain decoding is the first method and, as "AR again", the last; both together
 * are what the others are held against, so that a drift through the round favours nobody, and how
 * far the two lie apart is the noise. Prompts run alone, one after the other.
 *
 * <pre>{@code
 * var bench = new SpeculationBench(target, prompts, options)
 *     .add("mine", new MyDrafter(), new ExactMatch())
 *     .add("draft model", target, work -> new ModelDrafter(work.of(draft, Role.DRAFT), TreeExpansion.chain(4)), new ExactMatch());
 * bench.count();          // tokens a pass, positions, work, and whether the text is plain decoding's
 * bench.race(2, 7)        // tokens/s and speed-up
 * }</pre>
 */
public final class SpeculationBench {
  /**
   * A gap of log-probabilities, or of the drawn number to a step of the distribution, that is a
   * tie.
   */
  public static final double NEAR = 1e-4;

  private static final String PLAIN = "AR";
  private static final String AGAIN = "AR again";

  private record Method(
      String name, TokenModel target, Function<WorkProfiler, Drafter> drafter, Verifier verifier) {}

  /**
   * A method's counts.
   *
   * @param method its name
   * @param lossless whether it says so of itself
   * @param acceptance of all prompts; none where all failed
   * @param target work of the target, prefill left out
   * @param draft work of draft models that were watched
   * @param identical prompts whose text is plain decoding's
   * @param nearTies prompts whose first difference is a near tie
   * @param different prompts that differ otherwise: a failure of a lossless method
   * @param errors what went wrong, a sentence a failed prompt
   */
  public record Counts(
      String method,
      boolean lossless,
      Acceptance acceptance,
      Work target,
      Work draft,
      int identical,
      int nearTies,
      int different,
      List<String> errors) {
    /** {@return tokens a pass, the bonus included} */
    public double tau() {
      return acceptance.lengthWithBonus();
    }

    /** {@return sequential passes of the draft model per pass of the target} */
    public double draftSteps() {
      return (double) draft.passes() / target.passes();
    }

    /** {@return target positions a pass} */
    public double positionsPerPass() {
      return (double) target.positions() / target.passes();
    }

    /**
     * Counts of more prompts.
     *
     * @param other of the same method
     * @return of both; throws IllegalArgumentException for another method's
     */
    public Counts plus(Counts other) {
      if (!method.equals(other.method)) {
        throw new IllegalArgumentException(
            "counts of '%s' and of '%s' make no sum".formatted(method, other.method));
      }
      return new Counts(
          method,
          lossless,
          acceptance.plus(other.acceptance),
          target.plus(other.target),
          draft.plus(other.draft),
          identical + other.identical,
          nearTies + other.nearTies,
          different + other.different,
          Stream.concat(errors.stream(), other.errors.stream()).toList());
    }
  }

  private final TokenModel target;
  private final int[][] prompts;
  private final Options options;
  private final List<Method> methods = new ArrayList<>();

  /**
   * A bench with plain decoding on it.
   *
   * @param target stays the caller's
   * @param prompts one or more
   * @param options of every run; prompt i draws from seed + i
   */
  public SpeculationBench(TokenModel target, int[][] prompts, Options options) {
    this.target = target;
    this.prompts = prompts.clone();
    this.options = options;
    add(PLAIN, Drafter.none(), new ExactMatch());
  }

  /**
   * Adds a method.
   *
   * @param name in the tables; throws IllegalArgumentException where it is taken
   * @param drafter who proposes
   * @param verifier who decides
   * @return this
   */
  public SpeculationBench add(String name, Drafter drafter, Verifier verifier) {
    return add(name, target, _ -> drafter, verifier);
  }

  /**
   * Adds a method whose draft model is watched, or whose drafts come out of altered passes.
   *
   * @param name in the tables; throws IllegalArgumentException where it is taken
   * @param passes the target, or a model of the same tokens whose passes also draft; stays the
   *     caller's
   * @param drafter made for a profiler: for those who count; one that counts nothing for the race
   * @param verifier who decides
   * @return this
   */
  public SpeculationBench add(
      String name, TokenModel passes, Function<WorkProfiler, Drafter> drafter, Verifier verifier) {
    if (name.equals(AGAIN) || methods.stream().anyMatch(m -> m.name.equals(name))) {
      throw new IllegalArgumentException("there is a method '%s' already".formatted(name));
    }
    methods.add(new Method(name, passes, drafter, verifier));
    return this;
  }

  private Options options(int prompt) {
    var s = options.sampling();
    Sampling own = new Sampling(s.temperature(), s.topK(), s.topP(), s.seed() + prompt);
    return new Options(options.maxNewTokens(), options.endToken(), own);
  }

  private Run run(TokenModel model, int prompt, Drafter drafter, Verifier verifier) {
    return SpeculativeDecoder.decode(
        model, new int[][] {prompts[prompt]}, options(prompt), drafter, verifier);
  }

  /**
   * Runs every method once.
   *
   * @return counts by method, plain decoding first
   */
  public List<Counts> count() {
    List<Counts> counts = new ArrayList<>();
    int[][] plain = new int[prompts.length][];
    for (Method method : methods) {
      WorkProfiler work = new WorkProfiler();
      TokenModel watched = work.of(method.target, Role.TARGET);
      Acceptance all = new Acceptance.Recorder().report();
      int[] kinds = new int[3];
      List<String> errors = new ArrayList<>();
      Drafter drafter = method.drafter.apply(work);
      for (int i = 0; i < prompts.length; i++) {
        try {
          Run run = run(watched, i, drafter, method.verifier);
          int[] tokens = run.tokens()[0];
          plain[i] = method.name.equals(PLAIN) ? tokens : plain[i];
          all = all.plus(run.acceptance());
          kinds[kind(i, plain[i], tokens)]++;
        } catch (CancellationException e) {
          throw e;
        } catch (RuntimeException e) {
          errors.add("prompt %d: %s".formatted(i, e.getMessage()));
        }
      }
      counts.add(
          new Counts(
              method.name,
              method.verifier.lossless(),
              all,
              work.work(Role.TARGET),
              work.work(Role.DRAFT).plus(work.work(Role.HEAD)),
              kinds[0],
              kinds[1],
              kinds[2],
              errors));
    }
    return counts;
  }

  /** 0 for the same text, 1 where the first difference is a near tie, 2 for another. */
  private int kind(int prompt, int[] plain, int[] tokens) {
    int first = Arrays.mismatch(plain, tokens);
    if (first < 0) {
      return 0;
    }
    if (first >= Math.min(plain.length, tokens.length)) {
      return 2;
    }
    int[] text = Arrays.copyOf(prompts[prompt], prompts[prompt].length + first);
    System.arraycopy(plain, 0, text, prompts[prompt].length, first);
    var sampling = options(prompt).sampling();
    try (NDManager scope = Tensors.manager();
        TokenModel.Session session = target.open(text)) {
      TokenTree[] pending = {TokenTree.chain(text[text.length - 1])};
      NodeDistributions next = NodeDistributions.of(session.score(scope, pending), sampling)[0];
      if (sampling.temperature() == 0) {
        double[] logProbs = next.logProbs(0);
        return Math.abs(logProbs[plain[first]] - logProbs[tokens[first]]) < NEAR ? 1 : 2;
      }
      double u = DecodingRandom.number(sampling.seed(), first);
      double[] steps = next.probabilities(0);
      Arrays.parallelPrefix(steps, Double::sum);
      return Arrays.stream(steps).anyMatch(step -> Math.abs(step - u) < NEAR) ? 1 : 2;
    }
  }

  /**
   * Runs all methods in turns.
   *
   * @param warmUps rounds that are not counted
   * @param rounds 1 or more
   * @return a row per method, plain decoding first and last
   */
  public List<Raced> race(int warmUps, int rounds) {
    boolean[] failed = new boolean[prompts.length];
    Method plain = methods.getFirst();
    List<Runner> runners = new ArrayList<>();
    methods.forEach(method -> runners.add(new Runner(method, failed)));
    runners.add(new Runner(new Method(AGAIN, target, plain.drafter, plain.verifier), failed));
    InterleavedTimer timer = new InterleavedTimer();
    runners.forEach(runner -> timer.add(runner.method.name, runner));
    timer.run(warmUps, rounds);
    int[] whole = IntStream.range(0, prompts.length).filter(i -> !failed[i]).toArray();
    double[] first = runners.getFirst().rates(warmUps, lap -> lap.micro(whole));
    double[] again = runners.getLast().rates(warmUps, lap -> lap.micro(whole));
    List<Raced> raced = new ArrayList<>();
    for (Runner runner : runners) {
      double[] micro = runner.rates(warmUps, lap -> lap.micro(whole));
      double[] ratio = new double[rounds];
      // equally many tokens: all of them over all the time
      Arrays.setAll(ratio, r -> micro[r] * (1 / first[r] + 1 / again[r]) / 2);
      raced.add(
          new Raced(
              runner.method.name,
              median(micro),
              median(runner.rates(warmUps, lap -> lap.macro(whole))),
              median(ratio),
              StatUtils.min(ratio),
              StatUtils.max(ratio),
              1e3 * AcceptanceProfiler.ttft(runner.report),
              1e3 * AcceptanceProfiler.gap(runner.report, 50),
              1e3 * AcceptanceProfiler.gap(runner.report, 95),
              prompts.length - whole.length));
    }
    return raced;
  }

  private static double median(double[] values) {
    return new Percentile().evaluate(values, 50);
  }

  /** One round of a method: seconds and tokens of each prompt. */
  private record Lap(double[] seconds, double[] tokens) {
    private double micro(int[] whole) {
      return IntStream.of(whole).mapToDouble(i -> tokens[i]).sum()
          / IntStream.of(whole).mapToDouble(i -> seconds[i]).sum();
    }

    private double macro(int[] whole) {
      return IntStream.of(whole)
          .mapToDouble(i -> tokens[i] / seconds[i])
          .average()
          .orElse(Double.NaN);
    }
  }

  /** A method in a race, with its rounds so far and the report of the last one. */
  private final class Runner implements Runnable {
    private final Method method;
    private final Drafter drafter;
    private final boolean[] failed;
    private final List<Lap> laps = new ArrayList<>();
    private Acceptance report;

    Runner(Method method, boolean[] failed) {
      this.method = method;
      this.failed = failed;
      drafter = method.drafter.apply(new WorkProfiler());
    }

    @Override
    public void run() {
      Lap lap = new Lap(new double[prompts.length], new double[prompts.length]);
      report = new Acceptance.Recorder().report();
      for (int i = 0; i < prompts.length; i++) {
        try {
          Run run = SpeculationBench.this.run(method.target, i, drafter, method.verifier);
          lap.seconds[i] = run.nanos() / 1e9;
          lap.tokens[i] = run.count();
          report = report.plus(run.acceptance());
        } catch (CancellationException e) {
          throw e;
        } catch (RuntimeException e) {
          failed[i] = true;
        }
      }
      laps.add(lap);
    }

    private double[] rates(int warmUps, ToDoubleFunction<Lap> rate) {
      return laps.stream().skip(warmUps).mapToDouble(rate).toArray();
    }
  }

  /**
   * A method in a race.
   *
   * @param method its name
   * @param micro all tokens per second of all time, median over rounds
   * @param macro tokens per second, mean over prompts, median over rounds
   * @param speedup median over rounds of the ratio of micro to that of both plain runs of the round
   * @param low least of these ratios
   * @param high largest of them
   * @param ttft milliseconds to the first token
   * @param gapP50 median of the milliseconds between tokens
   * @param gapP95 95th percentile of them
   * @param errors prompts that failed somewhere and are dropped everywhere
   */
  public record Raced(
      String method,
      double micro,
      double macro,
      double speedup,
      double low,
      double high,
      double ttft,
      double gapP50,
      double gapP95,
      int errors) {}

  /**
   * Counts as a table.
   *
   * @param counts of methods
   * @return columns method, lossless, tau (length with bonus), accepted (without), a1 to a4,
   *     passes, positions (a pass), useful (share of positions), draftPasses, macsPerToken,
   *     bytesPerToken (target and draft), identical, nearTies, different, errors
   */
  public static Table table(List<Counts> counts) {
    return Tables.rows(counts)
        .column("method", Counts::method)
        .column("lossless", c -> c.lossless ? "yes" : "LOSSY")
        .column("tau", Counts::tau)
        .column("accepted", c -> c.acceptance.lengthWithoutBonus())
        .column("a1", c -> c.acceptance.conditional(1))
        .column("a2", c -> c.acceptance.conditional(2))
        .column("a3", c -> c.acceptance.conditional(3))
        .column("a4", c -> c.acceptance.conditional(4))
        .column("passes", c -> (double) c.target.passes())
        .column("positions", Counts::positionsPerPass)
        .column("useful", c -> (double) c.target.useful() / c.target.positions())
        .column("draftPasses", c -> (double) c.draft.passes())
        .column("macsPerToken", c -> perToken(c, Cost::multiplyAdds))
        .column("bytesPerToken", c -> perToken(c, Cost::bytes))
        .column("identical", c -> (double) c.identical)
        .column("nearTies", c -> (double) c.nearTies)
        .column("different", c -> (double) c.different)
        .column("errors", c -> (double) c.errors.size())
        .table("methods");
  }

  private static double perToken(Counts counts, ToLongFunction<Cost> of) {
    Cost both = counts.target.plus(counts.draft).cost();
    return (double) of.applyAsLong(both) / counts.acceptance.emitted();
  }
}
