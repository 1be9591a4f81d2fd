package dev.stretto.papers.judge;

import dev.stretto.experiments.Experiment;
import dev.stretto.experiments.Recipe;
import dev.stretto.metrics.Ranking;
import dev.stretto.models.TokenModel;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.PerturbedModel;
import dev.stretto.papers.aggressive.TopBetaTolerance;
import dev.stretto.papers.judge.CheckedAnswers.Outcome;
import dev.stretto.papers.judge.JudgeHead.Sample;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.ProbabilityThreshold;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.samplers.decoding.TypicalAcceptance;
import dev.stretto.samplers.decoding.Verifier;
import dev.stretto.tensor.SeedTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The judge beside rules that need no training, on styled sums. */
public final class JudgeStudy {
  private static final int DRAFTS = 16;
  private static final double LAMBDA = 10;
  private static final double THETA = .9;

  /** Accuracy that a threshold may lose on the held-out prompts. */
  private static final double MARGIN = .01;

  private final Experiment<?> lab;
  private final CausalLm target;
  private final Map<Long, Trial> trials = new HashMap<>();

  /**
   * A study.
   *
   * @param lab whose models they are
   * @param target {@link JudgeModels#TARGET} or {@link JudgeModels#NARROW}
   */
  public JudgeStudy(Experiment<?> lab, Recipe<JudgeModels.Config, CausalLm, int[][]> target) {
    this.lab = lab;
    this.target = target.get(lab);
  }

  /**
   * {@return the experiment with prompts and wrong digits of a seed, made once}
   *
   * @param seed of the lab
   */
  public Trial trial(long seed) {
    return trials.computeIfAbsent(seed, Trial::new);
  }

  /** A rule with its thresholds. */
  private record Rule(String name, DoubleFunction<Verifier> verifier, double... settings) {}

  /**
   * How a head tells right from wrong.
   *
   * @param feature what it reads
   * @param among which tokens
   * @param tokens how many
   * @param wrong how many of them are wrong
   * @param auc area under the curve
   * @param wrongFound share of the wrong ones that are refused at theta .9
   * @param rightRefused share of the right ones that are refused at theta .9
   */
  public record Detection(
      String feature,
      String among,
      int tokens,
      int wrong,
      double auc,
      double wrongFound,
      double rightRefused) {
    static Detection of(String feature, String among, JudgeHead head, List<Sample> samples) {
      double[] scores = samples.stream().mapToDouble(s -> head.probability(s.state())).toArray();
      boolean[] right = JudgeHead.labels(samples);
      int[] count = new int[2];
      int[] refused = new int[2];
      for (int i = 0; i < scores.length; i++) {
        int label = right[i] ? 1 : 0;
        count[label]++;
        refused[label] += scores[i] > THETA ? 0 : 1;
      }
      return new Detection(
          feature,
          among,
          scores.length,
          count[0],
          Ranking.auc(scores, right),
          (double) refused[0] / count[0],
          (double) refused[1] / count[1]);
    }
  }

  /**
   * A misaligned token.
   *
   * @param token right or wrong
   * @param z what the head says
   */
  public record Logit(String token, double z) {}

  /**
   * A token of an answer.
   *
   * @param position in the answer, from 1
   * @param rule under which it was written
   * @param token in words
   * @param keptBy why it is there
   */
  public record Mark(int position, String rule, String token, String keptBy) {}

  /** One seed: prompts that fit the head, others that fix thresholds, others that are reported. */
  public final class Trial {
    private final TokenModel draft;
    private final CheckedAnswers held;
    private final CheckedAnswers test;
    private final JudgeHead head;
    private final double theta;
    private final String bestWithout;
    private final List<Detection> detections;
    private final List<Sample> misaligned;
    private final List<Outcome> sweep = new ArrayList<>();
    private final List<Outcome> rows = new ArrayList<>();

    private Trial(long seed) {
      int unit = lab.preset().isSmoke() ? 10 : 100;
      int[][] prompts = StyledSums.prompts(SeedTree.of(seed).child("judge"), 10 * unit);
      int[] digits = IntStream.range(0, 10).toArray();
      draft = new PerturbedModel(JudgeModels.DRAFT.get(lab), digits, .1, seed);
      held = answers(Arrays.copyOfRange(prompts, 5 * unit, 7 * unit));
      test = answers(Arrays.copyOfRange(prompts, 7 * unit, 10 * unit));
      List<LabelledAnswer> labelled =
          answers(Arrays.copyOf(prompts, 5 * unit)).labelled(draft, target);
      List<Sample> samples = JudgeHead.samples(target, labelled, 0);
      head = JudgeHead.fit(samples, LAMBDA, 0);
      JudgeHead early = JudgeHead.fit(JudgeHead.samples(target, labelled, -1), LAMBDA, 0);
      List<Sample> shuffled = JudgeHead.shuffled(samples, SeedTree.of(seed).rng());
      JudgeHead noise = JudgeHead.fit(shuffled, LAMBDA, 0);
      List<LabelledAnswer> drafted = test.labelled(draft);
      List<Sample> tokens = JudgeHead.samples(target, drafted, 0);
      misaligned = misaligned(tokens);
      List<Sample> before = misaligned(JudgeHead.samples(target, drafted, -1));
      detections =
          List.of(
              Detection.of("state at the token", "all", head, tokens),
              Detection.of("state at the token", "misaligned", head, misaligned),
              Detection.of("state before it", "misaligned", early, before),
              Detection.of("shuffled labels", "all", noise, tokens));
      for (int k : new int[] {4, 8, DRAFTS}) {
        rows.add(test.run("standard", Double.NaN, k, new ExactMatch()));
      }
      rows.add(test.run("accept all", 0, DRAFTS, new ProbabilityThreshold(0)));
      rows.add(test.run("typical", .09, DRAFTS, new TypicalAcceptance(.09, .3)));
      Rule judge = new Rule("judge", this::judge, .5, .7, .8, .85, .9, .95, .99, .999);
      Rule likely = new Rule("p >= epsilon", ProbabilityThreshold::new, .1, .03, .01, 1e-3, 1e-4);
      Rule top =
          new Rule("top k", k -> new TopBetaTolerance((int) k, Double.POSITIVE_INFINITY), 2, 3, 5);
      theta = choose(judge).setting();
      List<Outcome> others = Stream.of(likely, top).map(this::choose).toList();
      bestWithout = CheckedAnswers.choose(others, floor()).rule();
      Verifier unmatched = new JudgeOrExactMatch(head, theta, StyledSums.EOS, false);
      sweep.add(test.run("judge without the match", theta, DRAFTS, unmatched));
      rows.add(sweep.getLast());
      for (double[] how : new double[][] {{1, 0}, {1, 2}, {LAMBDA, 2}}) {
        JudgeHead other = JudgeHead.fit(samples, how[0], how[1]);
        String name = "judge, lambda %.0f, gamma %.0f".formatted(how[0], how[1]);
        Verifier rule = new JudgeOrExactMatch(other, THETA, StyledSums.EOS);
        rows.add(test.run(name, THETA, DRAFTS, rule));
      }
    }

    private CheckedAnswers answers(int[]... prompts) {
      return new CheckedAnswers(target, draft, prompts);
    }

    private static List<Sample> misaligned(List<Sample> samples) {
      return samples.stream().filter(sample -> !sample.aligned()).toList();
    }

    private double floor() {
      return accuracy(held) - MARGIN;
    }

    /** Sweeps a rule over the test; its setting is the best one of the held-out prompts. */
    private Outcome choose(Rule rule) {
      Outcome best = CheckedAnswers.choose(outcomes(held, rule), floor());
      List<Outcome> tested = outcomes(test, rule);
      sweep.addAll(tested);
      rows.add(
          tested.stream()
              .filter(outcome -> outcome.setting() == best.setting())
              .findFirst()
              .orElseThrow());
      return best;
    }

    private List<Outcome> outcomes(CheckedAnswers on, Rule rule) {
      return Arrays.stream(rule.settings())
          .mapToObj(at -> on.run(rule.name(), at, DRAFTS, rule.verifier().apply(at)))
          .toList();
    }

    private double accuracy(CheckedAnswers answers) {
      return (double) answers.right(answers.own()) / answers.prompts().length;
    }

    private Verifier judge(double threshold) {
      return new JudgeOrExactMatch(head, threshold, StyledSums.EOS);
    }

    /** {@return how heads do on the tokens of the draft's answers to the test's prompts} */
    public List<Detection> detections() {
      return detections;
    }

    /** {@return z of each of these tokens that is not the target's best} */
    public List<Logit> logits() {
      return misaligned.stream()
          .map(
              token ->
                  new Logit(
                      token.right() ? "right, another style" : "wrong digit",
                      head.logit(token.state())))
          .toList();
    }

    /** {@return share of right answers of the target alone} */
    public double targetAccuracy() {
      return accuracy(test);
    }

    /** {@return each rule at each threshold, K = 16} */
    public List<Outcome> sweep() {
      return sweep;
    }

    /** {@return rules at the settings of the held-out prompts, beside those without a setting} */
    public List<Outcome> rows() {
      return rows;
    }

    /**
     * {@return a rule's row with the most tokens per pass}
     *
     * @param rule its name
     */
    public Outcome row(String rule) {
      return rows.stream()
          .filter(row -> row.rule().equals(rule))
          .max(Comparator.comparingDouble(Outcome::tau))
          .orElseThrow();
    }

    /**
     * {@return the judge's tokens per pass over another rule's}
     *
     * @param rule the other one's name
     */
    public double gainOver(String rule) {
      return row("judge").tau() / row(rule).tau();
    }

    /** {@return the rule without a head that was best on the held-out prompts} */
    public String bestWithout() {
      return bestWithout;
    }

    /** {@return one answer under three rules, token by token} */
    public List<Mark> marks() {
      int[][] drafted = test.answers(draft);
      int shown =
          IntStream.range(0, drafted.length)
              .filter(i -> StyledSums.mistake(test.prompts()[i], drafted[i]) >= 0)
              .findFirst()
              .orElse(0);
      CheckedAnswers one = answers(test.prompts()[shown]);
      List<Mark> marks = new ArrayList<>();
      mark(marks, one, "standard", new ExactMatch());
      mark(marks, one, "judge", judge(theta));
      mark(marks, one, "accept all", new ProbabilityThreshold(0));
      return marks;
    }

    private void mark(List<Mark> marks, CheckedAnswers one, String rule, Verifier verifier) {
      SpeculativeDecoder.Run run = one.decode(DRAFTS, verifier);
      int[] tokens = run.tokens()[0];
      LabelledAnswer answer = new LabelledAnswer(one.prompts()[0], tokens, -1);
      List<Sample> samples = JudgeHead.samples(target, List.of(answer), 0);
      Set<Integer> ends = new HashSet<>();
      int end = -1;
      for (int length : run.acceptance().lengths()) {
        ends.add(end += length);
      }
      for (int i = 0; i < tokens.length; i++) {
        String kept = samples.get(i).aligned() ? "match" : "the rule alone";
        String why = ends.contains(i) ? "target's own" : kept;
        marks.add(new Mark(i + 1, rule, StyledSums.text(tokens[i]), why));
      }
    }
  }
}
